package io.tpmkeeper.operator.node;

import io.tpmkeeper.protocol.operator.World;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The questions of this leader. Each is a number that every agent repeats after it has reported anew, so that facts from after
 * a moment can be told from older ones. Nothing of it is stored: the next leader asks everything again.
 */
public final class Questions {
    private static final long FIRST = 1;

    private final String leader;
    private final Consumer<String> put;
    private final Map<String, Map<String, Long>> subjects = new HashMap<>();
    private long last = FIRST;

    /**
     * @param leader random, of this term of leadership
     * @param put puts a question to every agent
     */
    public Questions(String leader, Consumer<String> put) {
        this.leader = leader;
        this.put = put;
    }

    /** The question that every agent is to answer now, also one that comes later. */
    public synchronized String current() {
        return leader + "/" + last;
    }

    /** Asks about a subject of one domain. Asked again, the older question stands. */
    public void ask(String domainUuid, String subject) {
        synchronized (this) {
            Map<String, Long> asked = subjects.computeIfAbsent(domainUuid, u -> new HashMap<>());
            if (asked.containsKey(subject)) {
                return;
            }
            last++;
            asked.put(subject, last);
        }
        put.accept(current());
    }

    /** For each subject of the domain: the number that an answer must reach. */
    public synchronized Map<String, Long> of(String domainUuid) {
        Map<String, Long> all = new HashMap<>(subjects.getOrDefault(domainUuid, Map.of()));
        all.put(World.LEADER, FIRST);
        return all;
    }

    /** What was asked about the domain no longer matters. */
    public synchronized void forget(String domainUuid) {
        subjects.remove(domainUuid);
    }

    /** The number in an answer; 0 if it answers another leader, or nothing. */
    public long answered(@Nullable String observedQuestion) {
        String prefix = leader + "/";
        if (observedQuestion == null || !observedQuestion.startsWith(prefix)) {
            return 0;
        }
        try {
            return Long.parseLong(observedQuestion.substring(prefix.length()));
        } catch (NumberFormatException notOurs) {
            return 0;
        }
    }
}
