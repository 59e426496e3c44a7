package io.tpmkeeper.bundle;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Makes bad input from a good bundle by a list of steps, one a line: {@code <buffer> <step> <arguments>}. The buffers are the
 * raw files {@code tpm} and {@code vars} and the Secret's keys; the last line, {@code check <what> <buffer>}, says who must
 * refuse. The steps are the cases of {@link #step}.
 */
final class Recipe {
    private static final Map<String, byte[]> GOOD = good();

    private final Map<String, byte[]> buffers = new HashMap<>(GOOD);
    private final JsonMapper json = new JsonMapper();

    private static Map<String, byte[]> good() {
        Map<String, byte[]> good = new HashMap<>(Fixtures.bundle().toSecretData());
        good.put("tpm", Fixtures.permall());
        good.put("vars", Fixtures.vars("4m"));
        return Map.copyOf(good);
    }

    Checked<?> run(String recipe) throws IOException {
        for (String line : recipe.lines().filter(line -> !line.startsWith("#")).toList()) {
            String[] words = line.split(" ", 3);
            if (words[0].equals("check")) {
                return check(words[1], words.length > 2 ? words[2] : "");
            }
            step(words[0], words[1], words.length > 2 ? words[2] : "");
        }
        throw new IllegalArgumentException("A recipe ends with a check line");
    }

    private Checked<?> check(String what, String buffer) {
        return switch (what) {
            case "permall" -> PermallCheck.check(buffer(buffer));
            case "nvram" -> NvramCheck.check(buffer(buffer));
            case "archive" ->
                KindArchive.unpack(buffer.startsWith("tpm") ? FileKind.TPM : FileKind.NVRAM, buffer(buffer));
            case "manifest" -> new ManifestJson().read(buffer(buffer));
            case "bundle" -> {
                Map<String, byte[]> data = new HashMap<>(buffers);
                data.keySet().removeAll(Set.of("tpm", "vars"));
                yield new BundleReader().verify(data, Map.of(), Fixtures.DOMAIN);
            }
            case "pack" -> new BundleWriter().pack(Fixtures.capture(buffer("tpm"), buffer("vars")));
            default -> throw new IllegalArgumentException(what);
        };
    }

    private void step(String name, String step, String arguments) throws IOException {
        String[] words = arguments.split(" ");
        byte[] old = buffers.getOrDefault(name, new byte[0]);
        byte[] made = switch (step) {
            case "fixture" -> Fixtures.resource("fixtures/" + arguments);
            case "text" -> arguments.getBytes(StandardCharsets.UTF_8);
            case "truncate" -> Arrays.copyOf(old, Integer.parseInt(arguments));
            case "append" -> concat(old, HexFormat.of().parseHex(arguments));
            case "set" ->
                overlay(old, Integer.parseInt(words[0]), HexFormat.of().parseHex(words[1]));
            case "fill" -> filled(Integer.parseInt(words[0]), Integer.parseInt(words[1], 16));
            case "zero" -> overlay(old, Integer.parseInt(words[0]), new byte[Integer.parseInt(words[1])]);
            case "noise" -> overlay(old, Integer.parseInt(words[0]), noise(Integer.parseInt(words[1])));
            case "json" -> put(old, words[0], arguments.substring(words[0].length() + 1));
            case "json-remove" -> remove(old, arguments);
            case "tar" -> tar(buffer("tpm"), words);
            case "zstd" -> zstd(old, !arguments.equals("undeclared"));
            case "pack" -> pack(name);
            case "describe" -> describe();
            case "remove" -> new byte[0];
            default -> throw new IllegalArgumentException(step);
        };
        if (step.equals("remove")) {
            buffers.remove(name);
        } else {
            buffers.put(name, made);
        }
    }

    private byte[] pack(String archive) {
        return archive.startsWith("tpm")
                ? KindArchive.pack(FileKind.TPM, buffer("tpm"))
                : KindArchive.pack(FileKind.NVRAM, buffer("vars"));
    }

    /** A manifest that is right about the raw buffers, whatever they hold. */
    private byte[] describe() throws IOException {
        Map<FileKind, byte[]> raw = Map.of(FileKind.TPM, buffer("tpm"), FileKind.NVRAM, buffer("vars"));
        byte[] manifest = put(buffer(ManifestJson.NAME), "/digest", "\"" + StateDigest.of(raw) + "\"");
        for (FileKind kind : FileKind.values()) {
            String file = "/files/" + kind.ordinal();
            manifest = put(manifest, file + "/size", "" + buffer(kind == FileKind.TPM ? "tpm" : "vars").length);
            manifest = put(
                    manifest,
                    file + "/sha256",
                    "\"" + StateDigest.sha256(buffer(kind == FileKind.TPM ? "tpm" : "vars")) + "\"");
        }
        return manifest;
    }

    private byte[] buffer(String name) {
        byte[] buffer = buffers.get(name);
        if (buffer == null) {
            throw new IllegalArgumentException(name);
        }
        return buffer;
    }

    private byte[] put(byte[] old, String pointer, String value) throws IOException {
        ObjectNode root = (ObjectNode) json.readTree(old);
        JsonPointer at = JsonPointer.compile(pointer);
        ((ObjectNode) root.at(at.head())).set(at.last().getMatchingProperty(), json.readTree(value));
        return json.writeValueAsBytes(root);
    }

    private byte[] remove(byte[] old, String pointer) throws IOException {
        ObjectNode root = (ObjectNode) json.readTree(old);
        JsonPointer at = JsonPointer.compile(pointer);
        switch (root.at(at.head())) {
            case ArrayNode list -> list.remove(at.last().getMatchingIndex());
            case ObjectNode object -> object.remove(at.last().getMatchingProperty());
            default -> throw new IllegalArgumentException(pointer);
        }
        return json.writeValueAsBytes(root);
    }

    /** A ustar header, written field by field so that it can say what no library would write. */
    private static byte[] tar(byte[] content, String[] settings) throws IOException {
        Map<String, String> set = new HashMap<>();
        for (String setting : settings) {
            if (!setting.isEmpty()) {
                set.put(setting.split("=")[0], setting.split("=", 2)[1]);
            }
        }
        byte[] header = new byte[512];
        field(header, 0, set.getOrDefault("name", FileKind.TPM.fileName()));
        field(header, 100, "0000600\0" + "0000000\0" + "0000000\0");
        field(header, 124, "%011o\0".formatted(Long.parseLong(set.getOrDefault("size", "" + content.length))));
        field(header, 136, "00000000000\0");
        field(header, 156, set.getOrDefault("type", "0"));
        field(header, 157, set.getOrDefault("link", ""));
        field(header, 257, "ustar\0" + "00");
        field(header, 345, set.getOrDefault("prefix", ""));
        field(header, 148, "        ");
        int sum = 0;
        for (byte value : header) {
            sum += Byte.toUnsignedInt(value);
        }
        field(header, 148, set.getOrDefault("sum", "%06o".formatted(sum)) + "\0 ");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(header);
        out.write(content);
        out.write(new byte[(512 - content.length % 512) % 512 + 1024]);
        return out.toByteArray();
    }

    private static void field(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static byte[] zstd(byte[] raw, boolean declared) {
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            return zstd.setContentSize(declared).compress(raw);
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] overlay(byte[] old, int at, byte[] part) {
        byte[] made = old.clone();
        System.arraycopy(part, 0, made, at, part.length);
        return made;
    }

    private static byte[] filled(int size, int value) {
        byte[] made = new byte[size];
        Arrays.fill(made, (byte) value);
        return made;
    }

    private static byte[] noise(int size) {
        byte[] made = new byte[size];
        new Random(1).nextBytes(made);
        return made;
    }
}
