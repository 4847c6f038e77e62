import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;

/** Compares the vectors of the conformance kit with what CallEvents makes of them. */
final class Verify {
    private Verify() {}

    /** Compares every vector with what this program makes of it. Returns how many differ. */
    static int verify(CallEvents events, Path file) throws IOException {
        JsonNode vectors = new ObjectMapper().readTree(file.toFile());
        byte[] random = HexFormat.of().parseHex(vectors.get("random").textValue());
        int differ = 0;
        for (JsonNode vector : vectors.get("events")) {
            JsonNode given = vector.path("limits");
            var limits = new CallEvents.Limits(
                    given.path("future_ms").asLong(CallEvents.LIMITS.futureMs()),
                    given.path("lateness_ms").asLong(CallEvents.LIMITS.latenessMs()),
                    given.path("max_event_bytes").asInt(CallEvents.LIMITS.maxEventBytes()));
            String got;
            try {
                CallEvents.Prepared event = events.prepare(vector.get("input"), vectors.get("now_ms").longValue(), random, limits);
                got = event.id() + " " + event.key() + " " + HexFormat.of().formatHex(event.value());
            } catch (CallEvents.RejectedException e) {
                got = e.reason;
            }
            String expected = vector.get("valid").booleanValue()
                    ? String.join(" ", vector.get("event_id").textValue(), vector.get("key").textValue(), vector.get("bytes").textValue())
                    : vector.get("reason").textValue();
            if (!got.equals(expected)) {
                differ += 1;
                System.err.println(vector.get("name").textValue() + ": " + got + " instead of " + expected);
            }
        }
        System.out.println(vectors.get("events").size() + " vectors, " + differ + " differ");
        return differ;
    }
}
