package io.tpmkeeper.simulation.truth;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.hostfile.FileMark;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Every content that ever was, by its digest. */
public final class Contents {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final char TORN = 'c';
    private static final char ANOTHERS = 'd';
    private static final long SIZE = 6_000;

    private final Map<Digest, Content> known = new HashMap<>();
    private final Map<FileMark, Content> byTpm = new HashMap<>();
    private int count;

    /** A TPM that swtpm has just made, with the NVRAM of the firmware's template. */
    public Content blank() {
        int number = count + 1;
        return keep(new FileMarks(mark('a', number), mark('b', number)), null);
    }

    /** What a guest makes of a content by writing: to its TPM, which each start changes, and at times to its variables. */
    public Content after(Content parent) {
        int number = count + 1;
        FileMark was = parent.marks().vars();
        FileMark vars = was == null || number % 3 == 0 ? mark('b', number) : was;
        return keep(new FileMarks(mark('a', number), vars), parent);
    }

    private Content keep(FileMarks marks, @Nullable Content parent) {
        count++;
        Digest digest = java.util.Objects.requireNonNull(marks.digest(), "a content has a file at least");
        Content made = new Content(count, marks, digest, parent);
        known.put(digest, made);
        if (marks.tpm() != null) {
            byTpm.putIfAbsent(marks.tpm(), made);
        }
        return made;
    }

    private static FileMark mark(char kind, int number) {
        String hex = "0".repeat(56) + Integer.toHexString(0x1000000 | number);
        return new FileMark(new Digest(kind + hex), SIZE);
    }

    /** What files lie there; two that were never one state are a content of their own, grown from that of the TPM. */
    public @Nullable Content of(FileMarks marks) {
        return of(marks, marks.tpm() == null ? null : byTpm.get(marks.tpm()));
    }

    /** @param parent what two files that were never one state grew from */
    public @Nullable Content of(FileMarks marks, @Nullable Content parent) {
        Digest digest = marks.digest();
        if (digest == null) {
            return null;
        }
        Content found = known.get(digest);
        return found != null ? found : keep(marks, parent);
    }

    public @Nullable Content of(@Nullable Digest digest) {
        return digest == null ? null : known.get(digest);
    }

    /** The same words with digests as numbers of contents, and without what is not there. */
    String shortened(String line) {
        return DIGEST.matcher(line)
                .replaceAll(found -> {
                    Content content = of(new Digest(found.group()));
                    return content == null ? "#?" : content.toString();
                })
                .replaceAll("(, )?\\b\\w+=(null|\\[\\]|false|0|-)(?=[],])", "")
                .replace("[, ", "[")
                .replaceAll("domainUuid=[-0-9a-f]+, ", "");
    }

    /** A file that was torn while it was written: nothing that swtpm takes. */
    public FileMark torn() {
        count++;
        return mark(TORN, count);
    }

    /** The NVRAM of another VM. */
    public FileMark anothersVars() {
        count++;
        return mark(ANOTHERS, count);
    }

    public boolean isAnothers(FileMark vars) {
        return vars.sha256().hex().charAt(0) == ANOTHERS;
    }

    static boolean isTorn(FileMark tpm) {
        return tpm.sha256().hex().charAt(0) == TORN;
    }
}
