package io.tpmkeeper.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tpmkeeper.e2e.Deployment;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** The calls that the API server writes down, in the order in which they end; see {@code audit-policy.yaml}. */
final class AuditLog {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private long from;

    AuditLog(Deployment deployment) {
        this.file = deployment.auditLog();
    }

    /** What the API server is to write down, as a file. */
    static Path policy() {
        try (var in = Objects.requireNonNull(AuditLog.class.getResourceAsStream("/audit-policy.yaml"))) {
            Path policy = Files.createTempFile("audit-policy-", ".yaml");
            policy.toFile().deleteOnExit();
            Files.copy(in, policy, StandardCopyOption.REPLACE_EXISTING);
            return policy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was written down until now is passed over. */
    void skip() {
        try {
            from = Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The calls since then that had ended when this one had, and this one. */
    List<ApiCall> until(Predicate<ApiCall> last) {
        List<ApiCall> calls = new ArrayList<>();
        Awaitility.await("the last call is written down").atMost(PATIENCE).until(() -> {
            for (ApiCall call : more()) {
                calls.add(call);
                if (last.test(call)) {
                    return true;
                }
            }
            return false;
        });
        return calls;
    }

    /** Whole lines only; of the last one the rest may not be there yet. */
    private List<ApiCall> more() throws IOException {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            byte[] bytes = new byte[Math.toIntExact(log.length() - from)];
            log.seek(from);
            log.readFully(bytes);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--;
            }
            from += end;
            List<ApiCall> calls = new ArrayList<>();
            for (String line :
                    new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList()) {
                calls.add(ApiCall.of(JSON.readTree(line)));
            }
            return calls;
        }
    }
}
