package io.tpmkeeper.protocol.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random schedules of a cluster with three hosts: starts, stops, power losses, lost acknowledgements, facts that are old, an
 * operator that dies between two steps, deletions. After each event no promise is broken; when the faults cease, the domain
 * starts or a finding says why not. Live migrations, images and rollbacks of the cluster's storage are not part of it.
 */
class ScheduleTest {
    private static final int SEEDS = Integer.getInteger("schedules", 2_000);
    private static final int FIRST = Integer.getInteger("schedule", 0);
    private static final int EVENTS = 120;

    @Test
    void noScheduleBreaksAPromiseAndWhenFaultsCeaseTheDomainStartsOrItIsSaidWhyNot() {
        int started = 0;
        for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
            ToyCluster cluster = new ToyCluster(seed);
            try {
                for (int i = 0; i < EVENTS; i++) {
                    event(cluster);
                    cluster.check();
                }
                started += heal(cluster) ? 1 : 0;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed %d:\n%s\n%s\n%s".formatted(seed, cluster.story(), cluster.status, e.getMessage()), e);
            }
        }
        // Without this the schedules could all end in findings, and prove nothing.
        assertThat(started).isGreaterThan(SEEDS / 2);
    }

    private static void event(ToyCluster cluster) {
        Random random = cluster.random;
        ToyHost host = List.copyOf(cluster.hosts.values()).get(random.nextInt(3));
        int dice = random.nextInt(100);
        cluster.now += random.nextInt(20);
        if (dice < 26) {
            cluster.operate(random.nextInt(5) == 0);
        } else if (dice < 40) {
            host.act();
        } else if (dice < 56) {
            host.act();
            cluster.report(host);
        } else if (dice < 64) {
            cluster.report(host);
        } else if (dice < 76) {
            start(cluster, host, random);
        } else if (dice < 88) {
            host.stop(random.nextInt(15) == 0 ? Ending.UNKNOWN : Ending.SHUTDOWN, random.nextInt(4) == 0);
        } else if (dice < 90) {
            host.timeOut();
        } else if (dice < 92) {
            cluster.claim();
        } else {
            fault(cluster, host, random);
        }
    }

    /** Mostly where the domain is protected already: what ran unprotected on several hosts is nobody's to continue from. */
    private static void start(ToyCluster cluster, ToyHost host, Random random) {
        if (host.indexed || random.nextInt(20) == 0) {
            cluster.say("start on " + host.name);
            host.prepare(random.nextInt(60) == 0);
        } else {
            host.defined = true;
            cluster.report(host);
            cluster.claim();
            cluster.operate(false);
            host.act();
        }
    }

    private static void fault(ToyCluster cluster, ToyHost host, Random random) {
        int dice = random.nextInt(100);
        cluster.say("fault " + dice + " " + host.name);
        if (dice < 12) {
            host.losePower(random.nextInt(12) == 0);
        } else if (dice < 40) {
            host.on = true;
            host.agent = true;
            host.lease = true;
            host.fenced = false;
        } else if (dice < 48) {
            host.agent = false;
        } else if (dice < 54) {
            host.lease = false;
        } else if (dice < 60) {
            host.fenced |= !host.on;
        } else if (dice < 70) {
            host.undefine();
        } else if (dice < 74) {
            loseDirectory(cluster, host);
        } else if (dice < 84) {
            cluster.failOver();
        } else if (dice < 90) {
            cluster.deleteAGenerationByHand();
        } else if (dice < 96) {
            cluster.delete(random.nextInt(3) == 0 ? DeletionPolicy.DELETE : DeletionPolicy.RETAIN);
        }
    }

    /** Only where it is not the only copy: two faults on the last copy are a loss. */
    private static void loseDirectory(ToyCluster cluster, ToyHost host) {
        boolean saved = cluster.newest == null
                || cluster.generations.stream()
                        .anyMatch(g -> !g.deleting() && g.digest().equals(cluster.newest));
        if (!host.active && saved) {
            host.loseDirectory();
        }
    }

    private static boolean heal(ToyCluster cluster) {
        cluster.say("faults cease");
        for (ToyHost host : cluster.hosts.values()) {
            host.on = true;
            host.agent = true;
            host.lease = true;
            host.fenced = false;
            host.stop(Ending.SHUTDOWN, false);
            host.timeOut();
        }
        settle(cluster);
        ToyHost host = List.copyOf(cluster.hosts.values()).get(cluster.random.nextInt(3));
        host.defined = true;
        settle(cluster);
        cluster.claim();
        settle(cluster);
        cluster.say("start on " + host.name);
        host.prepare(false);
        settle(cluster);
        boolean online = host.active && host.run != null && host.run.online();
        boolean said = cluster.findings.stream().anyMatch(f -> f.reason() != Finding.Reason.FORKED_RUN);
        assertThat(online || said).as("started, or it is said why not").isTrue();
        return online;
    }

    /** Everybody does what is to be done, until nothing happens any more. */
    private static void settle(ToyCluster cluster) {
        int quiet = 0;
        for (int round = 0; round < 40 && quiet < 3; round++) {
            int before = cluster.story.size();
            cluster.now += 1;
            cluster.operate(false);
            cluster.check();
            for (ToyHost host : cluster.hosts.values()) {
                host.act();
                cluster.check();
                cluster.report(host);
            }
            quiet = before == cluster.story.size() ? quiet + 1 : 0;
        }
    }
}
