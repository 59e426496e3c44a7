package io.tpmkeeper.agent.hook;

import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.hook.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes a host as it should be, as it can be, or as it should never be, into a sandbox: the same one for the same number. */
final class RandomHost {
    private static final List<String> LETTERS = List.of("A", "B", "C");

    private final Random random;
    private final Sandbox sandbox;
    private final TreeMap<Long, String> entries = new TreeMap<>();
    private String tip = "none";
    private @Nullable Ending logged;
    private boolean migrationLogged;

    RandomHost(long seed, Sandbox sandbox) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        this.sandbox = sandbox;
    }

    void write() throws IOException {
        small("keeper/config", "wait 0");
        index();
        domain();
        if (chance(12)) {
            another();
        }
        boolean spool = !chance(4);
        if (spool) {
            spool();
        } else {
            put(Places.SPOOL, "empty");
        }
        if (!spool || chance(5)) {
            put(Places.HELD + ".let-go", "empty");
        }
        vm();
        live();
        if (chance(3)) {
            put("swtpm/.tpm-keeper-rescue", "empty");
            put("nvram/.tpm-keeper-rescue", "empty");
        } else {
            rescue();
        }
        smallFiles();
        log();
    }

    /** What libvirt does next. */
    Call call(boolean afterPrepare) throws IOException {
        Call.Operation operation = switch (random.nextInt(20)) {
            case 0 -> Call.Operation.MIGRATE;
            case 1 -> Call.Operation.RESTORE;
            case 2 -> Call.Operation.RECONNECT;
            case 3, 4, 5 -> Call.Operation.STARTED;
            default -> afterPrepare == chance(70) ? Call.Operation.STOPPED : Call.Operation.PREPARE;
        };
        return new Call(operation, Places.boot(), logged, migrationLogged, false);
    }

    boolean usesBusybox() {
        return chance(12);
    }

    /** One of the first so many. */
    int oneOf(int count) {
        return 1 + random.nextInt(count);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String letter() {
        return LETTERS.get(random.nextInt(LETTERS.size()));
    }

    private Path file(String name) throws IOException {
        Path file = sandbox.path(name);
        Files.createDirectories(file.getParent());
        return file;
    }

    private void put(String name, String content) throws IOException {
        Files.write(file(name), Contents.bytes(content));
    }

    private void small(String name, String... lines) throws IOException {
        Files.writeString(file(name), "format 1\n" + String.join("\n", lines) + "\nend\n");
    }

    private void index() throws IOException {
        String other = "00000000-0000-4000-8000-000000000000 enforce";
        if (chance(5)) {
            Files.writeString(file(Places.INDEX), "format 1\ncluster c\n" + other + "\n");
        } else if (chance(60)) {
            String guard = pick("enforce", "enforce", "enforce", "enforce", "warn", "off");
            small(Places.INDEX, "cluster c", other, Sandbox.UUID + " " + guard);
        } else if (!chance(15)) {
            small(Places.INDEX, "cluster c", other);
        }
    }

    private void domain() throws IOException {
        String name = "name " + (chance(4) ? "another" : Sandbox.NAME);
        boolean tpm = !chance(4);
        boolean nvram = !chance(15);
        if (chance(4)) {
            Files.writeString(file(Places.DOMAIN), "format 2\n" + name + "\n");
        } else if (!chance(5)) {
            small(
                    Places.DOMAIN,
                    name,
                    "tpm " + (tpm ? sandbox.path(Places.TPM).getParent() : "-"),
                    "nvram " + (nvram ? sandbox.path(Places.VARS) : "-"),
                    "firmware -");
        }
    }

    /** Another domain that names the same NVRAM, or one beside it. */
    private void another() throws IOException {
        String uuid = "00000000-0000-4000-8000-00000000000" + oneOf(3);
        String nvram = chance(85) ? Places.VARS : "nvram/v.fd";
        small("keeper/domain/" + uuid, "name v", "tpm -", "nvram " + sandbox.path(nvram), "firmware -");
        switch (random.nextInt(5)) {
            case 0 -> {}
            case 1 -> Files.writeString(file("keeper/vm/" + uuid), "format 1\nrecord r1\n");
            default -> small("keeper/vm/" + uuid, line(pick("none", "Held", "Tombstone")), "at -", "seq 0", run());
        }
    }

    private void spool() throws IOException {
        for (int i = random.nextInt(4); i > 0; i--) {
            long seq = oneOf(12);
            String letter = letter();
            if (entries.put(seq, letter) == null) {
                entry(seq, letter);
            } else {
                entries.remove(seq);
                Sandbox.delete(sandbox.path(Places.SPOOL + "/" + seq));
            }
        }
        if (chance(6)) {
            put(Places.SPOOL + "/" + oneOf(14) + ".new/tpm2/tpm2-00.permall", "torn A");
        }
    }

    private void entry(long seq, String letter) throws IOException {
        String path = Places.SPOOL + "/" + seq;
        boolean vars = !chance(10);
        put(path + "/tpm2/tpm2-00.permall", "tpm " + (chance(10) ? letter() : letter));
        if (vars) {
            put(path + "/vars", "vars " + letter);
        }
        small(
                path + "/meta",
                "record r1",
                "epoch 7",
                "seq " + seq,
                "run 1",
                "online yes",
                "complete yes",
                "trigger Stop",
                "how shutdown",
                "digest " + Contents.digest("tpm " + letter, vars ? "vars " + letter : "-"),
                "tpm " + Contents.mark("tpm " + letter),
                "vars " + (vars ? Contents.mark("vars " + letter) : "-"),
                "captured 0",
                "boot b");
    }

    private void vm() throws IOException {
        String line = pick("none", "none", "Held", "Held", "Held", "Held", "Held", "Tombstone", "Left", "Lost");
        String tipLetter =
                entries.isEmpty() || chance(30) ? letter() : entries.lastEntry().getValue();
        if (!line.equals("none") && !chance(12)) {
            tip = Contents.digest("tpm " + tipLetter, chance(10) ? "-" : "vars " + tipLetter);
        }
        if (!tip.equals("none") && chance(25)) {
            put(Places.DELIVERY + "/" + tip + "/tpm2/tpm2-00.permall", "tpm " + (chance(8) ? letter() : tipLetter));
            put(Places.DELIVERY + "/" + tip + "/vars", "vars " + tipLetter);
        }
        if (chance(6)) {
            Files.writeString(file(Places.VM), "format 1\nrecord r1\nepoch 7\n");
        } else if (!line.equals("none") || chance(80)) {
            small(Places.VM, line(line), place(), "seq " + random.nextInt(13), run());
        }
    }

    private String line(String line) {
        if (line.equals("none")) {
            return "record -\nepoch 0\norder -\nline none\nhow -\ntip none";
        }
        String how = line.equals("Left") ? pick("migrated", "unknown") : "-";
        return "record r1\nepoch 7\norder o1\nline " + line + "\nhow " + how + "\ntip " + tip;
    }

    private String place() {
        if (tip.equals("none")) {
            return "at -";
        }
        return switch (random.nextInt(6)) {
            case 0 -> "at delivery:" + tip;
            case 1 -> "at entry:" + oneOf(12);
            case 2, 3, 4 -> entries.isEmpty() ? "at -" : "at entry:" + entries.lastKey();
            default -> "at -";
        };
    }

    private String run() throws IOException {
        if (chance(25)) {
            return "run 0\nrun-record -\nrun-epoch 0\nrun-boot -\nrun-kind -\nrun-from none\nrun-online no\nrun-started no\n"
                    + "run-state -\nrun-how -\nrun-entry -\nrun-void no\nrun-opened 0";
        }
        boolean open = chance(55);
        String online = pick("yes", "yes", "no");
        String kind = online.equals("yes") ? pick("Cold", "Cold", "Image") : pick("Cold", "Incoming", "Image");
        return String.join(
                "\n",
                "run " + oneOf(3),
                "run-record " + (chance(90) ? "r1" : "-"),
                "run-epoch " + (chance(90) ? 7 : 6),
                "run-boot " + (chance(85) ? Places.boot() : "another"),
                "run-kind " + kind,
                "run-from " + (chance(80) ? tip : "none"),
                "run-online " + online,
                "run-started " + pick("yes", "no"),
                "run-state " + (open ? "Open" : "Closed"),
                "run-how " + (open ? "-" : pick("shutdown", "failed", "lost", "migrated")),
                "run-entry " + (open || entries.isEmpty() ? "-" : entries.lastKey()),
                "run-void " + pick("no", "no", "no", "yes"),
                "run-opened 0");
    }

    private void live() throws IOException {
        String letter =
                entries.isEmpty() || chance(50) ? letter() : entries.lastEntry().getValue();
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> Files.createDirectories(file(Places.TPM).getParent());
            case 3 -> Sandbox.delete(sandbox.path("swtpm/" + Sandbox.UUID));
            case 4 -> odd(Places.TPM, "tpm " + letter);
            case 5 -> put(Places.TPM, chance(70) ? "torn " + letter : "empty");
            case 6 -> {
                if (chance(30)) {
                    put(Places.TPM, "zeros 600000");
                } else if (chance(40)) {
                    put("swtpm/elsewhere/tpm2-00.permall", "tpm " + letter);
                    Path directory = file(Places.TPM).getParent();
                    Files.delete(directory);
                    Files.createSymbolicLink(directory, sandbox.path("swtpm/elsewhere"));
                }
            }
            default -> put(Places.TPM, "tpm " + letter);
        }
        switch (random.nextInt(16)) {
            case 0, 1 -> {}
            case 2 -> odd(Places.VARS, "vars " + letter);
            case 3 -> put(Places.VARS, chance(50) ? "empty" : "vars " + letter());
            default -> put(Places.VARS, "vars " + letter);
        }
    }

    private void odd(String name, String content) throws IOException {
        switch (random.nextInt(3)) {
            case 0 -> Files.createSymbolicLink(file(name), Path.of(pick("/etc/hostname", "/nowhere")));
            case 1 -> Listing.mkfifo(file(name));
            default -> {
                put(name, content);
                Files.createLink(sandbox.path("nvram/stranger" + name.hashCode()), sandbox.path(name));
            }
        }
    }

    private void rescue() throws IOException {
        if (chance(15)) {
            Path vars = sandbox.path(Places.VARS);
            if (chance(70) && Files.isRegularFile(vars, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                Files.createLink(file(Places.RESCUE_VARS), vars);
            } else {
                put(Places.RESCUE_VARS, "vars " + letter());
            }
        }
        if (chance(7)) {
            put(Places.RESCUE_TPM, "tpm " + letter());
            if (chance(80)) {
                put(
                        Places.RESCUE + "/ended-" + random.nextInt(4) + "-" + pick("shutdown", "migrated", "unknown"),
                        "empty");
            }
        }
    }

    private void smallFiles() throws IOException {
        if (chance(3)) {
            put("keeper/reserve", "empty");
        }
        if (chance(6) && !tip.equals("none")) {
            String from = entries.isEmpty() || chance(40) ? "delivery:" + tip : "entry:" + entries.firstKey();
            small(Places.JOURNAL, "from " + from, "tip " + tip);
        } else if (chance(2)) {
            put(Places.JOURNAL, "text torn");
        }
        if (chance(20)) {
            String passedBy = pick("-", "-", "warn");
            small(
                    Places.REFUSED,
                    "id 1",
                    "reason LineLeft",
                    "when 1",
                    "missing the right. Wait",
                    "passed-by " + passedBy,
                    "consumed " + (passedBy.equals("-") ? pick("yes", "no") : "yes"));
        }
        if (chance(5)) {
            small(Places.REQUEST, "id 1", "reason domain", "kind Cold", "wait 0", "since 1", "missing it");
        }
        if (chance(15)) {
            String live = letter();
            String replaced = chance(80) ? tip : Contents.digest("tpm D", "vars D");
            small(Places.ACCEPT, "tip " + replaced, "live " + Contents.digest("tpm " + live, "vars " + live));
        } else if (chance(2)) {
            put(Places.ACCEPT, "text torn");
        }
        if (chance(14)) {
            String libvirtd = chance(85) ? Places.parent() : "1 1";
            String since = Long.toString(chance(85) ? Places.uptime() : 1);
            small(Places.MARKER, "kind " + pick("Incoming", "Image"), "libvirtd " + libvirtd, "since " + since);
        } else if (chance(1)) {
            put(Places.MARKER, "text torn");
        }
        if (chance(8)) {
            put(Places.BREAK_GLASS, "empty");
        }
    }

    private void log() throws IOException {
        StringBuilder log = new StringBuilder("2030-01-01 10:00:00.123+0000: starting up libvirt version: 9.0.0\n");
        if (chance(15)) {
            migrationLogged = true;
            log.append("2030-01-01 10:00:01.123+0000: initiating migration\n");
        }
        if (chance(75)) {
            String how = pick("shutdown", "destroyed", "crashed", "saved", "failed", "migrated");
            logged = Ending.ofWord(how);
            log.append("2030-01-01 10:00:02.123+0000: shutting down, reason=")
                    .append(how)
                    .append('\n');
        } else if (chance(50)) {
            log.insert(0, "2030-01-01 09:00:02.123+0000: shutting down, reason=shutdown\n");
        }
        Files.writeString(file(Places.LOG), log);
    }
}
