import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Publishes call events to api-credits. Standard input has an event per line, as JSON; standard output gets the ids that
 * Kafka has acknowledged. Exit code 1: some lines were not published, and standard error says why.
 *
 * <pre>
 * mvn -q compile
 * KAFKA_BROKERS=localhost:9092 java -cp 'target/classes:target/jars/*' Publish < events.ndjson
 * java -cp 'target/classes:target/jars/*' Publish --verify ../vectors.json
 * </pre>
 */
public final class Publish {
    private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private final CallEvents events;

    private Publish(CallEvents events) {
        this.events = events;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        var environment = System.getenv();
        // Otherwise Kafka's client logs its whole configuration.
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        var schemaFile = Path.of(environment.getOrDefault("CALL_EVENT_SCHEMA", "../../schemas/call-event.avsc"));
        if (!Files.isReadable(schemaFile)) {
            System.err.println("There is no " + schemaFile + ": set CALL_EVENT_SCHEMA to the path of call-event.avsc.");
            System.exit(1);
        }
        var events = new CallEvents(schemaFile);
        if (args.length == 2 && args[0].equals("--verify")) {
            System.exit(Verify.verify(events, Path.of(args[1])) == 0 ? 0 : 1);
        }
        String brokers = environment.get("KAFKA_BROKERS");
        if (brokers == null || brokers.isBlank()) {
            System.err.println("Set KAFKA_BROKERS to the brokers, as host:port,host:port.");
            System.exit(1);
        }
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int failed = new Publish(events).publish(lines, brokers, environment.getOrDefault("TOPIC_PREFIX", ""));
        System.exit(failed == 0 ? 0 : 1);
    }

    /** Publishes a JSON event per line. Returns how many lines Kafka did not acknowledge; each of them is reported. */
    private int publish(BufferedReader lines, String brokers, String prefix) throws IOException, InterruptedException {
        // The default partitioner is the contract's: murmur2 of the key. Idempotence keeps the order of an org's events
        // when a request is sent again. send() waits while buffer.memory is full, and for max.block.ms at most.
        Map<String, Object> config = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers,
                ProducerConfig.ACKS_CONFIG, "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 300_000,
                ProducerConfig.MAX_BLOCK_MS_CONFIG, 300_000);
        var failed = new AtomicInteger();
        var random = new SecureRandom();
        // close(), at the end of the block, waits for every event: until it is acknowledged or has failed.
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            announce(producer, prefix + "api-calls.schemas");
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number += 1;
                if (line.isBlank()) continue;
                String where = "line " + number + ": ";
                CallEvents.Prepared event;
                try {
                    byte[] bytes = new byte[10];
                    random.nextBytes(bytes);
                    event = events.prepare(json.readTree(line), System.currentTimeMillis(), bytes, CallEvents.LIMITS);
                } catch (CallEvents.RejectedException | JsonProcessingException e) {
                    failed.incrementAndGet();
                    String problem = e instanceof JsonProcessingException notJson
                            ? "it is not JSON: " + notJson.getOriginalMessage()
                            : e.getMessage();
                    System.err.println(where + problem + ". Correct it and publish it again.");
                    continue;
                }
                var record = new ProducerRecord<>(prefix + "api-calls", event.key(), event.value());
                producer.send(record, (metadata, error) -> {
                    if (error == null) {
                        System.out.println(event.id());
                        return;
                    }
                    failed.incrementAndGet();
                    System.err.println(where + "Kafka did not acknowledge it: " + error.getMessage()
                            + ". Publish it again with the event_id " + event.id() + ".");
                });
            }
        }
        return failed.get();
    }

    /** The schema must be in Kafka before the first event written with it. */
    private void announce(KafkaProducer<String, byte[]> producer, String topic) throws InterruptedException {
        try {
            byte[] schema = events.schemaText.getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(topic, events.fingerprint, schema)).get();
        } catch (ExecutionException | KafkaException e) {
            System.err.println("Kafka did not take the schema: " + e.getMessage()
                    + ". Check KAFKA_BROKERS, and that the topic " + topic + " exists.");
            System.exit(1);
        }
    }
}
