package io.tpmkeeper.agent.hook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where things lie in a {@link Sandbox}. */
final class Places {
    static final String INDEX = "keeper/index";
    static final String DOMAIN = "keeper/domain/" + Sandbox.UUID;
    static final String VM = "keeper/vm/" + Sandbox.UUID;
    static final String SPOOL = "keeper/spool/" + Sandbox.UUID;
    static final String DELIVERY = "keeper/delivery/" + Sandbox.UUID;
    static final String QUARANTINE = "keeper/quarantine/" + Sandbox.UUID;
    static final String JOURNAL = "keeper/journal/" + Sandbox.UUID;
    static final String REFUSED = "keeper/refused/" + Sandbox.UUID;
    static final String REQUEST = "keeper/request/" + Sandbox.UUID;
    static final String ACCEPT = "run/accept-live/" + Sandbox.UUID;
    static final String MARKER = "run/incoming/" + Sandbox.UUID;
    static final String BREAK_GLASS = "run/break-glass";
    static final String HELD = "run/held/" + Sandbox.UUID;
    static final String LOG = "log/" + Sandbox.NAME + ".log";
    static final String TPM_DIRECTORY = "swtpm/" + Sandbox.UUID + "/tpm2";
    static final String TPM = TPM_DIRECTORY + "/tpm2-00.permall";
    static final String VARS = "nvram/w.fd";
    static final String RESCUE = "swtpm/.tpm-keeper-rescue/" + Sandbox.UUID;
    static final String RESCUE_TPM = RESCUE + "/tpm2-00.permall";
    static final String RESCUE_VARS = "nvram/.tpm-keeper-rescue/" + Sandbox.UUID + "/vars";

    private Places() {}

    static String boot() throws IOException {
        return firstLine("/proc/sys/kernel/random/boot_id");
    }

    static long uptime() throws IOException {
        return Long.parseLong(firstLine("/proc/uptime").replaceAll("\\..*", ""));
    }

    /** The process that calls the hook here, as the hook knows libvirtd: its number and when it started. */
    static String parent() throws IOException {
        String process = firstLine("/proc/self/stat");
        return ProcessHandle.current().pid() + " "
                + process.substring(process.lastIndexOf(')') + 2).split(" ", -1)[19];
    }

    private static String firstLine(String file) throws IOException {
        return Files.readString(Path.of(file)).lines().findFirst().orElseThrow();
    }
}
