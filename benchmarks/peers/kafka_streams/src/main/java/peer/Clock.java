package peer;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;

/** Counts events and takes the time between the {@code warm}th and the last. One thread ticks. */
final class Clock {
    long counted;
    long repeats;
    long invalid;
    private final long warm;
    private final long events;
    private final CountDownLatch finished = new CountDownLatch(1);
    private long done;
    private long began;
    private long cpu;
    private long ended;

    Clock(long warm, long events) {
        this.warm = warm;
        this.events = events;
    }

    void tick() {
        done++;
        if (done == warm) {
            began = System.nanoTime();
            cpu = processCpu();
        }
        if (done == events) {
            ended = System.nanoTime();
            cpu = processCpu() - cpu;
            finished.countDown();
        }
    }

    void await() throws InterruptedException {
        finished.await();
    }

    /** The first fields of the report. */
    String report() {
        return String.format(
                "\"events\": %d, \"seconds\": %f, \"cpu_seconds\": %f, "
                        + "\"received\": %d, \"counted\": %d, \"repeats\": %d, \"invalid\": %d",
                events - warm, (ended - began) / 1e9, cpu / 1e9, done, counted, repeats, invalid);
    }

    private static long processCpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
