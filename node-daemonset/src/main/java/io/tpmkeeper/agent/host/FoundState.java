package io.tpmkeeper.agent.host;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.host.ChooseSource;
import io.tpmkeeper.protocol.host.Lying;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.FileMark;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Both files of a state as they were read in one place. */
public record FoundState(StateReader.Found tpm, StateReader.Found vars) {
    public FileMarks marks() {
        return new FileMarks(tpm.reading().mark(), vars.reading().mark());
    }

    public ChooseSource.Place readings() {
        return new ChooseSource.Place(tpm.reading(), vars.reading());
    }

    /** Whether each kind that the domain has is there and not empty. */
    public boolean isWhole(DomainPaths paths) {
        return isThere(tpm.reading().mark())
                && (paths.nvram() == null || isThere(vars.reading().mark()));
    }

    public Lying lying(DomainPaths paths) {
        boolean something = tpm.something() || vars.something();
        Digest digest = marks().digest();
        return new Lying(isWhole(paths) ? digest : null, something);
    }

    /** What is wrong with files that are there: they were not read, or nothing is in them. */
    public Optional<String> failures() {
        List<String> all = new ArrayList<>();
        failure(tpm.reading()).ifPresent(why -> all.add("the TPM state file " + why));
        failure(vars.reading()).ifPresent(why -> all.add("the NVRAM file " + why));
        return all.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", all));
    }

    private static Optional<String> failure(ChooseSource.Reading reading) {
        FileMark mark = reading.mark();
        return mark != null && mark.size() == 0 ? Optional.of("is empty") : Optional.ofNullable(reading.failure());
    }

    /** The length in the header of swtpm's file is the file's: a power loss tears, since swtpm renames without fsync. */
    public boolean tpmLengthFits() {
        byte[] content = tpm.content();
        if (content == null || content.length < 10) {
            return false;
        }
        return java.nio.ByteBuffer.wrap(content).getInt(6) == content.length;
    }

    public boolean is(@Nullable Digest digest) {
        return Objects.equals(marks().digest(), digest);
    }

    private static boolean isThere(@Nullable FileMark mark) {
        return mark != null && mark.size() > 0;
    }
}
