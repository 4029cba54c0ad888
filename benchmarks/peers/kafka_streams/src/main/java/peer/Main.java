package peer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.Stores;

/** Kafka Streams with one thread and in-memory stores with changelogs, otherwise as it comes. */
public final class Main {
    static final String TOTALS = "totals";
    static final String SEEN = "seen";
    static final byte[] PRESENT = {1};

    private Main() {}

    /** Arguments: bootstrap, topic, events, warm, stores file, name, folder, all or one_sum, guarantee. */
    public static void main(String[] arguments) throws Exception {
        Clock clock = new Clock(Long.parseLong(arguments[3]), Long.parseLong(arguments[2]));
        var reader = new Reader(new peer.Stores(Path.of(arguments[4])));
        boolean oneSum = arguments[7].equals("one_sum");
        Topology topology = topology(arguments[1], () -> oneSum ? new OneSum(clock) : new Totals(reader, clock));
        try (KafkaStreams streams = new KafkaStreams(topology, settings(arguments))) {
            streams.start();
            clock.await();
            Map<String, long[]> totals = totals(streams);
            System.out.printf(
                    "{%s, \"totals\": %d, \"digest\": \"%s\", \"version\": \"Kafka Streams %s, Java %s\"}%n",
                    clock.report(), totals.size(), digest(totals),
                    AppInfoParser.getVersion(), Runtime.version().feature());
            streams.close(Duration.ofSeconds(20));
        }
    }

    private static Topology topology(String topic, ProcessorSupplier<byte[], byte[], Void, Void> processor) {
        return new Topology()
                .addSource("events", topic)
                .addProcessor("totals", processor, "events")
                // The record cache writes a total that changes often once for each commit, as its guide advises.
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                        Stores.inMemoryKeyValueStore(TOTALS), Serdes.String(), Longs.serde())
                                .withCachingEnabled(),
                        "totals")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(SEEN), Serdes.String(), Serdes.ByteArray()),
                        "totals");
    }

    private static Properties settings(String[] arguments) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[5]);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments[6]);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, arguments[8]);
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return settings;
    }

    /** The partitions' totals added up. */
    private static Map<String, long[]> totals(KafkaStreams streams) {
        Map<String, long[]> sums = new TreeMap<>();
        var store = streams.store(
                StoreQueryParameters.fromNameAndType(TOTALS, QueryableStoreTypes.<String, long[]>keyValueStore()));
        try (KeyValueIterator<String, long[]> all = store.all()) {
            all.forEachRemaining(entry -> sums.merge(entry.key, entry.value, Main::sum));
        }
        return sums;
    }

    private static long[] sum(long[] left, long[] right) {
        long[] both = left.clone();
        for (int place = 0; place < both.length; place++) {
            both[place] += right[place];
        }
        return both;
    }

    private static String digest(Map<String, long[]> totals) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        for (Map.Entry<String, long[]> total : totals.entrySet()) {
            StringBuilder line = new StringBuilder(total.getKey());
            for (long value : total.getValue()) {
                line.append(' ').append(value);
            }
            sha256.update(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
