import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.message.BinaryMessageEncoder;

/** Call events as api-credits takes them: completed, validated, in Avro single-object encoding. */
final class CallEvents {
    record Limits(long futureMs, long latenessMs, int maxEventBytes) {}

    record Prepared(String id, String key, byte[] value) {}

    /** A field: a text of at most so many bytes, or an integer within its bounds. */
    private record Field(boolean required, boolean isName, int maxBytes, boolean isInteger, long least, long greatest) {
        static Field name() {
            return new Field(true, true, 128, false, 0, 0);
        }

        static Field text(boolean required, int maxBytes) {
            return new Field(required, false, maxBytes, false, 0, 0);
        }

        static Field integer(boolean required, long least, long greatest) {
            return new Field(required, false, 0, true, least, greatest);
        }
    }

    /** The event breaks a rule. Correct it: published again unchanged it fails again. */
    static final class RejectedException extends Exception {
        final String reason;

        RejectedException(String reason, String detail) {
            super("rejected (" + reason + "): " + detail);
            this.reason = reason;
        }
    }

    static final Limits LIMITS = new Limits(5 * 60_000L, 35 * 86_400_000L, 64 * 1024);
    private static final Pattern UUID_V7 =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    /** In the order in which the rules are checked. */
    private static final Map<String, Field> FIELDS = new LinkedHashMap<>();

    static {
        FIELDS.put("event_id", Field.text(false, Integer.MAX_VALUE));
        FIELDS.put("occurred_at", Field.integer(false, Long.MIN_VALUE, Long.MAX_VALUE));
        FIELDS.put("org_id", Field.name());
        FIELDS.put("product", Field.name());
        FIELDS.put("user_id", Field.name());
        FIELDS.put("app_id", Field.name());
        FIELDS.put("method", Field.text(true, 128));
        FIELDS.put("endpoint", Field.text(true, 2048));
        FIELDS.put("module", Field.text(false, 128));
        FIELDS.put("rule", Field.text(false, 128));
        FIELDS.put("rejection_cause", Field.text(false, 128));
        FIELDS.put("source_address", Field.text(false, 128));
        FIELDS.put("status", Field.integer(true, 0, 999));
        FIELDS.put("credits", Field.integer(true, Long.MIN_VALUE, Long.MAX_VALUE));
        FIELDS.put("units", Field.integer(false, 0, (1L << 53) - 2));
        FIELDS.put("duration_ms", Field.integer(false, 0, Integer.MAX_VALUE));
    }

    final String schemaText;
    private final Schema schema;
    /** The fingerprint as hexadecimal digits, the lowest byte first. */
    final String fingerprint;
    private final BinaryMessageEncoder<GenericData.Record> encoder;

    CallEvents(Path schemaFile) throws IOException {
        schemaText = Files.readString(schemaFile);
        schema = new Schema.Parser().parse(schemaText);
        fingerprint = HexFormat.of().toHexDigits(Long.reverseBytes(SchemaNormalization.parsingFingerprint64(schema)));
        // Avro's own single-object encoding: C3 01, the fingerprint, the body.
        encoder = new BinaryMessageEncoder<>(new GenericData(), schema);
    }

    /** Completes, validates and encodes an event, in the order of the contract. */
    Prepared prepare(JsonNode event, long nowMs, byte[] random, Limits limits) throws RejectedException, IOException {
        checkShape(event);
        long occurredAt = event.path("occurred_at").asLong(nowMs);
        String id = event.has("event_id") ? event.get("event_id").textValue() : mintId(occurredAt, random);
        if (!UUID_V7.matcher(id).matches()) {
            throw new RejectedException("event-id", "event_id is not a UUIDv7 in lower case");
        }
        UUID uuid = UUID.fromString(id);
        if (uuid.getMostSignificantBits() >>> 16 != occurredAt) {
            throw new RejectedException("event-id-time", "the time in event_id is not occurred_at, " + occurredAt);
        }
        for (var field : FIELDS.entrySet()) {
            if (!field.getValue().isInteger()) checkText(field.getKey(), field.getValue(), event);
        }
        long credits = event.get("credits").longValue();
        if (credits < 0 || credits > 1_000_000) {
            throw new RejectedException("credits", credits + " credits are not between 0 and 1,000,000");
        }
        if (event.get("status").intValue() == 429 && credits > 0) {
            throw new RejectedException("rejected-with-credits", "a call with status 429 must cost 0 credits");
        }
        if (occurredAt - nowMs > limits.futureMs) {
            throw new RejectedException("future-dated", "occurred_at lies " + (occurredAt - nowMs) + " ms ahead");
        }
        if (nowMs - occurredAt > limits.latenessMs) {
            throw new RejectedException("too-late", "occurred_at lies " + (nowMs - occurredAt) + " ms back");
        }
        byte[] value = encode(event, uuid, occurredAt);
        String org = event.get("org_id").textValue();
        int size = value.length + sizeOf(org) + 20;
        if (size > limits.maxEventBytes) {
            throw new RejectedException("too-large", "it has " + size + " bytes, the limit is " + limits.maxEventBytes);
        }
        return new Prepared(id, org, value);
    }

    private static void checkShape(JsonNode event) throws RejectedException {
        if (!event.isObject()) throw new RejectedException("shape", "it is not a JSON object");
        for (var field : FIELDS.entrySet()) {
            if (field.getValue().required() && !event.has(field.getKey())) {
                throw new RejectedException("shape", field.getKey() + " is missing");
            }
        }
        for (var property : event.properties()) {
            String name = property.getKey();
            JsonNode value = property.getValue();
            Field field = FIELDS.get(name);
            if (field == null) throw new RejectedException("shape", name + " is not a field");
            if (name.equals("duration_ms") && value.isNull()) continue;
            if (!field.isInteger()) {
                // An encoder would write half a character (a lone surrogate) as "?".
                if (!value.isTextual() || !StandardCharsets.UTF_8.newEncoder().canEncode(value.textValue())) {
                    throw new RejectedException("shape", name + " is not a text, or has half a character");
                }
            } else if (!value.canConvertToLong() || !value.isIntegralNumber()
                    || value.longValue() < field.least() || value.longValue() > field.greatest()) {
                throw new RejectedException(
                        "shape", name + " is not an integer from " + field.least() + " to " + field.greatest());
            }
        }
    }

    private static void checkText(String name, Field field, JsonNode event) throws RejectedException {
        String text = event.path(name).asText("");
        String reason = name.replace('_', '-');
        if (field.isName() && (text.isEmpty() || text.codePoints().anyMatch(Character::isISOControl))) {
            throw new RejectedException(reason, name + " is empty or has control characters");
        }
        if (sizeOf(text) > field.maxBytes()) {
            throw new RejectedException(reason, name + " has more than " + field.maxBytes() + " bytes");
        }
    }

    private static int sizeOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** A UUIDv7: 48 bits of milliseconds, then random bits around the version and the variant. */
    private static String mintId(long occurredAt, byte[] random) throws RejectedException {
        if (occurredAt < 0 || occurredAt >>> 48 != 0) {
            throw new RejectedException("event-id-time", "occurred_at " + occurredAt + " does not fit the 48 bits of an id");
        }
        ByteBuffer bits = ByteBuffer.wrap(random);
        long high = occurredAt << 16 | 0x7000 | bits.getShort() & 0x0fff;
        long low = bits.getLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    private byte[] encode(JsonNode event, UUID id, long occurredAt) throws IOException {
        var record = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields()) {
            JsonNode value = event.path(field.name());
            switch (field.schema().getType()) {
                case STRING -> record.put(field.pos(), value.asText(""));
                case LONG -> record.put(field.pos(), value.asLong());
                case INT -> record.put(field.pos(), value.asInt());
                default -> record.put(field.pos(), value.isIntegralNumber() ? value.asInt() : null);
            }
        }
        byte[] bytes = ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
        record.put("event_id", new GenericData.Fixed(schema.getField("event_id").schema(), bytes));
        record.put("occurred_at", occurredAt);
        ByteBuffer message = encoder.encode(record);
        byte[] value = new byte[message.remaining()];
        message.get(value);
        return value;
    }
}
