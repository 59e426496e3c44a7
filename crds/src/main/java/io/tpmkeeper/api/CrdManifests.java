package io.tpmkeeper.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** The CustomResourceDefinitions as they are shipped, for those who install them by program. */
public final class CrdManifests {
    private CrdManifests() {}

    /** The YAML of each of the five. */
    public static List<String> yaml() {
        return Stream.of("vmtpmstates", "vmtpmclasses", "vmtpmrecords", "vmtpmgrants", "vmtpmnodes")
                .map(plural -> read("/crds/" + ApiGroup.GROUP + "_" + plural + ".yaml"))
                .toList();
    }

    private static String read(String resource) {
        try (InputStream in = CrdManifests.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("not packed: " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
