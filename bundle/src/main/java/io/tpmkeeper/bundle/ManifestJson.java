package io.tpmkeeper.bundle;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code manifest.json}. Writing is deterministic: one line, fields in a fixed order. A reader ignores fields that it does not
 * know, unless the manifest names them, or a feature that they stand for, in {@code requires}.
 */
public final class ManifestJson {
    /** The manifest's key in a Secret. */
    public static final String NAME = "manifest.json";

    /** Largest manifest that is read, in bytes. */
    public static final int MAX_BYTES = 64 * 1024;

    private static final String TOKEN = "[A-Za-z][A-Za-z0-9]{0,31}";
    private static final String ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";
    private static final String DNS_NAME = "[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?";
    private static final String HEX256 = "[0-9a-f]{64}";
    private static final String VERSION_TEXT = "[\\x20-\\x7e]{1,128}";

    private final JsonMapper json = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** The manifest as UTF-8 bytes, ending in a newline. */
    public byte[] write(Manifest manifest) {
        ObjectNode root = json.createObjectNode();
        root.put("format", Manifest.FORMAT);
        root.put("domain", manifest.domain().toString());
        root.put("record", manifest.recordUid());
        root.putObject("version")
                .put("epoch", manifest.version().epoch())
                .put("seq", manifest.version().seq());
        root.put("digest", manifest.digest().hex());
        root.put("trigger", manifest.trigger().word());
        manifest.how().ifPresent(how -> root.put("how", how.word()));
        root.put("node", manifest.node());
        root.put("hostId", manifest.hostId());
        root.put("capturedAt", manifest.capturedAt().toString());
        if (!manifest.software().isEmpty()) {
            ObjectNode software = root.putObject("software");
            manifest.software().forEach(software::put);
        }
        manifest.firmware().ifPresent(firmware -> {
            ObjectNode node = root.putObject("firmware");
            firmware.version().ifPresent(version -> node.put("version", version));
            node.put("sha256", firmware.sha256());
        });
        ArrayNode kinds = root.putArray("kinds");
        manifest.kinds().stream().sorted().forEach(kind -> kinds.add(kind.name()));
        ArrayNode files = root.putArray("files");
        manifest.files().forEach(file -> writeFile(files.addObject(), file));
        return (root + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void writeFile(ObjectNode node, Manifest.StoredFile file) {
        node.put("kind", file.kind().name());
        node.put("name", file.kind().fileName());
        node.put("mode", file.mode());
        node.put("size", file.size());
        node.put("sha256", file.sha256());
        node.put("source", file.source().text());
        file.secret().ifPresent(secret -> node.put("secret", secret));
    }

    /** Reads a manifest that came from elsewhere. */
    public Checked<Manifest> read(byte[] bytes) {
        return Checked.of(() -> parse(bytes));
    }

    private Manifest parse(byte[] bytes) throws RefusedException {
        if (bytes.length > MAX_BYTES) {
            throw new RefusedException(
                    Reason.MANIFEST_TOO_LARGE,
                    "The manifest has " + bytes.length + " bytes, at most " + MAX_BYTES + " are read.");
        }
        JsonFields root = new JsonFields(tree(bytes), "");
        long format = root.number("format");
        if (format != Manifest.FORMAT) {
            throw new RefusedException(
                    Reason.MANIFEST_FORMAT_UNKNOWN,
                    "The manifest has format " + format + ", known is " + Manifest.FORMAT + ".");
        }
        if (root.has("requires") && !root.array("requires").isEmpty()) {
            throw new RefusedException(
                    Reason.MANIFEST_REQUIRES_UNKNOWN,
                    "The manifest requires features that this version does not know.");
        }
        Set<FileKind> kinds = kinds(root);
        JsonFields version = root.object("version");
        return new Manifest(
                root.uuid("domain"),
                root.text("record", ID),
                new Version(version.number("epoch"), version.number("seq")),
                new Digest(root.text("digest", HEX256)),
                root.word("trigger", Trigger.values(), Trigger::word),
                root.has("how") ? Optional.of(root.word("how", Ending.values(), Ending::word)) : Optional.empty(),
                root.text("node", DNS_NAME),
                root.text("hostId", ID),
                root.instant("capturedAt"),
                root.has("software")
                        ? root.object("software").texts(TOKEN, VERSION_TEXT)
                        : Collections.emptySortedMap(),
                root.has("firmware") ? Optional.of(firmware(root.object("firmware"))) : Optional.empty(),
                kinds,
                files(root, kinds));
    }

    private JsonNode tree(byte[] bytes) throws RefusedException {
        try {
            JsonNode tree = json.readTree(bytes);
            if (tree.isObject()) {
                return tree;
            }
        } catch (JacksonException e) {
            // Jackson quotes its input in messages, so nothing of the exception is passed on.
            throw notJson();
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory does no I/O", e);
        }
        throw notJson();
    }

    private static RefusedException notJson() {
        return new RefusedException(Reason.MANIFEST_NOT_JSON, "The manifest is not one JSON object.");
    }

    private static Manifest.Firmware firmware(JsonFields fields) throws RefusedException {
        return new Manifest.Firmware(fields.optionalText("version", VERSION_TEXT), fields.text("sha256", HEX256));
    }

    private static Set<FileKind> kinds(JsonFields root) throws RefusedException {
        Set<FileKind> kinds = EnumSet.noneOf(FileKind.class);
        for (JsonNode node : root.array("kinds")) {
            FileKind kind =
                    FileKind.named(node.asText()).orElseThrow(() -> root.invalid("kinds", "names no known kind"));
            if (!kinds.add(kind)) {
                throw root.invalid("kinds", "names a kind twice");
            }
        }
        if (!kinds.contains(FileKind.TPM)) {
            throw root.invalid("kinds", "does not name TPM");
        }
        return kinds;
    }

    private static List<Manifest.StoredFile> files(JsonFields root, Set<FileKind> kinds) throws RefusedException {
        List<Manifest.StoredFile> files = new ArrayList<>();
        Set<FileKind> seen = new HashSet<>();
        for (JsonNode node : root.array("files")) {
            JsonFields fields = new JsonFields(node, "files[]");
            Manifest.StoredFile file = file(fields);
            if (!seen.add(file.kind()) || !kinds.contains(file.kind())) {
                throw root.invalid("files", "holds a kind twice, or one that kinds does not name");
            }
            files.add(file);
        }
        return files;
    }

    private static Manifest.StoredFile file(JsonFields fields) throws RefusedException {
        FileKind kind = fields.word("kind", FileKind.values(), FileKind::name);
        if (!fields.text("name", ".{1,255}").equals(kind.fileName())) {
            throw fields.invalid("name", "is not " + kind.fileName());
        }
        long size = fields.number("size");
        if (size > kind.maxBytes()) {
            throw fields.invalid("size", "is " + size + ", more than " + kind.maxBytes());
        }
        return new Manifest.StoredFile(
                kind,
                fields.text("mode", "0[0-7]{3}"),
                size,
                fields.text("sha256", HEX256),
                fields.word("source", Source.values(), Source::text),
                fields.optionalText("secret", DNS_NAME));
    }
}
