package io.tpmkeeper.agent.hook;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The one file that is installed as {@link #INSTALLED_AS}. @param text all of it */
public record HookScript(String text) {
    public static final String INSTALLED_AS = "/etc/libvirt/hooks/qemu.d/50-tpm-keeper";

    /** In this order; a part uses only what stands before it when it is called, which is at the end of the last. */
    static final List<String> PARTS = List.of(
            "00-head.sh",
            "10-refusals.sh",
            "20-files.sh",
            "30-host-files.sh",
            "40-content.sh",
            "50-capture.sh",
            "60-install.sh",
            "70-prepare.sh",
            "80-calls.sh");

    private static final Pattern VERSION = Pattern.compile("(?m)^version=([0-9]+\\.[0-9]+\\.[0-9]+)$");

    /** The hook that this agent brings. */
    public static HookScript shipped() {
        StringBuilder text = new StringBuilder();
        for (String part : PARTS) {
            text.append(read(part));
        }
        return new HookScript(text.toString());
    }

    /** As the probe's refusal names it. @throws IllegalStateException if the text names none */
    public String version() {
        Matcher matcher = VERSION.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("the hook names no version");
        }
        return matcher.group(1);
    }

    private static String read(String part) {
        try (InputStream in = HookScript.class.getResourceAsStream(part)) {
            if (in == null) {
                throw new IllegalStateException("the hook's part " + part + " is not in this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
