package io.tpmkeeper.protocol.hook;

import static java.util.Objects.requireNonNull;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.hook.HookHost.Domain;
import io.tpmkeeper.protocol.hook.HookHost.IndexLine;
import io.tpmkeeper.protocol.hostfile.FileMark;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.protocol.hostfile.Place;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The words of the golden hosts. Contents are letters: {@code A} is a TPM file A with NVRAM A, {@code A-} that TPM alone, {@code
 * -A} that NVRAM alone, {@code A/B} TPM A with NVRAM B, {@code ~A} a torn TPM; a digest is written as the content that it names.
 */
final class Words {
    private static final List<String> LETTERS = List.of("A", "B", "C", "D");
    private static final FileMark EMPTY = new FileMark(new Digest("0".repeat(64)), 0);

    private static final Map<String, FileMarks> STATES = states();
    private static final Map<String, Domain> DOMAINS = Map.of(
            "unseen", new Domain.Unseen(),
            "without TPM", new Domain.NoTpm(),
            "with NVRAM", new Domain.Seen(true),
            "without NVRAM", new Domain.Seen(false));

    private Words() {}

    private static Map<String, FileMarks> states() {
        Map<String, FileMark> tpms = new TreeMap<>();
        Map<String, FileMark> vars = new TreeMap<>();
        for (String letter : LETTERS) {
            tpms.put(letter, file("tpm", letter));
            tpms.put("~" + letter, file("torn", letter));
            vars.put(letter, file("vars", letter));
        }
        tpms.put("empty", EMPTY);
        vars.put("empty", EMPTY);
        Map<String, FileMarks> all = new TreeMap<>();
        tpms.forEach((t, tpm) -> {
            all.put(t + "-", new FileMarks(tpm, null));
            vars.forEach(
                    (v, nvram) -> all.put(t.replace("~", "").equals(v) ? t : t + "/" + v, new FileMarks(tpm, nvram)));
        });
        vars.forEach((v, nvram) -> all.put("-" + v, new FileMarks(null, nvram)));
        all.put("nothing", new FileMarks(null, null));
        return all;
    }

    private static FileMark file(String kind, String letter) {
        int index = LETTERS.indexOf(letter);
        return switch (kind) {
            case "tpm" ->
                new FileMark(new Digest("abcd".substring(index, index + 1).repeat(64)), 1000);
            case "torn" ->
                new FileMark(new Digest("abcd".substring(index, index + 1).repeat(63) + "0"), 900);
            case "vars" ->
                new FileMark(new Digest("1234".substring(index, index + 1).repeat(64)), 2000);
            default -> throw new IllegalArgumentException(kind + " " + letter);
        };
    }

    static FileMarks marks(String word) {
        return requireNonNull(STATES.get(word), word);
    }

    static String word(FileMarks marks) {
        return STATES.entrySet().stream()
                .filter(s -> s.getValue().equals(marks))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    static Digest digest(String word) {
        return requireNonNull(marks(word).digest(), word);
    }

    static String word(Digest digest) {
        return STATES.entrySet().stream()
                .filter(s -> digest.equals(s.getValue().digest()))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    static FileState file(String word) {
        return switch (word) {
            case "nothing" -> FileState.ABSENT;
            case "odd" -> new FileState.Odd(false);
            case "too large" -> new FileState.Odd(true);
            case "empty" -> new FileState.Plain(EMPTY, true);
            default -> {
                String[] words = word.split(" ", -1);
                yield new FileState.Plain(file(words[0], words[1]), words[0].equals("torn"));
            }
        };
    }

    static String word(FileState state) {
        return switch (state) {
            case FileState.Absent ignored -> "nothing";
            case FileState.Odd odd -> odd.regular() ? "too large" : "odd";
            case FileState.Plain plain when plain.mark().equals(EMPTY) -> "empty";
            case FileState.Plain plain ->
                LETTERS.stream()
                        .flatMap(l -> List.of("tpm " + l, "vars " + l, "torn " + l).stream())
                        .filter(w -> file(w).equals(plain))
                        .findFirst()
                        .orElseThrow();
        };
    }

    static HostFile<IndexLine> index(String word) {
        return switch (word) {
            case "missing" -> HostFile.missing();
            case "unreadable" -> HostFile.unreadable();
            case "not in it" -> HostFile.of(new IndexLine(null));
            default -> HostFile.of(new IndexLine(Guard.ofWord(word)));
        };
    }

    static String index(HostFile<IndexLine> index) {
        return switch (index) {
            case HostFile.Missing<IndexLine> none -> "missing";
            case HostFile.Unreadable<IndexLine> broken -> "unreadable";
            case HostFile.Read<IndexLine> read -> {
                Guard guard = read.value().guard();
                yield guard == null ? "not in it" : guard.word();
            }
        };
    }

    static Domain domain(String word) {
        return requireNonNull(DOMAINS.get(word), word);
    }

    static String word(Domain domain) {
        return DOMAINS.entrySet().stream()
                .filter(d -> d.getValue().equals(domain))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    static Place place(String word) {
        return word.startsWith("delivery:") ? new Place.InDelivery(digest(word.substring(9))) : Place.parse(word);
    }

    static @Nullable String word(@Nullable Place place) {
        return switch (place) {
            case Place.InDelivery delivery -> "delivery:" + word(delivery.digest());
            case Place.InEntry entry -> entry.toString();
            case null -> null;
        };
    }
}
