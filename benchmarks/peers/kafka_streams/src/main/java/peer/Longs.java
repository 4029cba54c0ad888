package peer;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** Serde of a total's measures. */
final class Longs {
    private Longs() {}

    static Serde<long[]> serde() {
        return Serdes.serdeFrom((topic, values) -> write(values), (topic, bytes) -> read(bytes));
    }

    private static byte[] write(long[] values) {
        if (values == null) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Long.BYTES);
        for (long value : values) {
            buffer.putLong(value);
        }
        return buffer.array();
    }

    private static long[] read(byte[] bytes) {
        if (bytes == null) {
            return null;
        }
        long[] values = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().get(values);
        return values;
    }
}
