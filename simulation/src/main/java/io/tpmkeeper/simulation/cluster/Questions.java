package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.operator.World;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The questions of one leader; the next one knows nothing of them. */
final class Questions {
    private static final long FIRST = 1;

    private final String leader;
    private final Map<String, Long> subjects = new HashMap<>();
    private long last = FIRST;

    Questions(String leader) {
        this.leader = leader;
    }

    String current() {
        return leader + "/" + last;
    }

    void ask(String subject) {
        if (!subjects.containsKey(subject)) {
            subjects.put(subject, ++last);
        }
    }

    void forget() {
        subjects.clear();
    }

    Map<String, Long> all() {
        Map<String, Long> all = new HashMap<>(subjects);
        all.put(World.LEADER, FIRST);
        return all;
    }

    long answered(@Nullable String observed) {
        String prefix = leader + "/";
        return observed == null || !observed.startsWith(prefix)
                ? 0
                : Long.parseLong(observed.substring(prefix.length()));
    }
}
