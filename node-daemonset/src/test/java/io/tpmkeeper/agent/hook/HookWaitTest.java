package io.tpmkeeper.agent.hook;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.hostfile.WaitingStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that waits, and what ends the wait. The limit is far away: a test that came to it would fail. */
class HookWaitTest {
    private static final String PROTECTED = """
        keeper/domain/@: name win11; tpm $S/swtpm/@/tpm2; nvram $S/nvram/w.fd; firmware -
        keeper/index: cluster c1; @ enforce
        keeper/vm/@: record r1; epoch 7; order o1; line Held; tip <A>; seq 3
        """;

    @TempDir
    private Path directory;

    private final Sandbox sandbox = Sandbox.make();
    private final Listing listing;

    HookWaitTest() throws IOException {
        listing = new Listing(sandbox);
    }

    @BeforeEach
    void farLimit() throws IOException {
        Files.writeString(sandbox.path("keeper/config"), "format 1\nwait 50\nend\n");
    }

    @AfterEach
    void remove() {
        sandbox.close();
    }

    @Test
    void theRequestHoldsTheXmlWordForWordAndIsGoneWithTheAnswer() throws Exception {
        listing.write(PROTECTED);
        CompletableFuture<Sandbox.Result> start = prepare();

        WaitingStart request = awaitRequest();
        assertThat(request.reason()).isEqualTo(Request.Reason.CONTENT);
        assertThat(request.waitSeconds()).isEqualTo(50);
        assertThat(request.xml()).isEqualTo(Sandbox.xml(Sandbox.NAME, Sandbox.UUID));
        assertThat(request.missing()).contains("the state to start from");

        deliver();
        assertThat(start.get(30, TimeUnit.SECONDS).exit()).isZero();
        assertThat(listing.read())
                .contains("swtpm/@/tpm2/tpm2-00.permall = tpm A", "run-online yes; run-state Open")
                .doesNotContain("keeper/request");
    }

    @Test
    void whileAStartWaitsTheAgentCanTakeTheLock() throws Exception {
        listing.write(PROTECTED);
        CompletableFuture<Sandbox.Result> start = prepare();
        awaitRequest();

        Process flock = new ProcessBuilder(
                        "flock",
                        "-w",
                        "20",
                        sandbox.path("keeper/lock/" + Sandbox.UUID).toString(),
                        "true")
                .start();
        assertThat(flock.waitFor()).isZero();

        deliver();
        assertThat(start.get(30, TimeUnit.SECONDS).exit()).isZero();
    }

    @Test
    void oneRequestKeepsItsIdWhileItsReasonChanges() throws Exception {
        listing.write(PROTECTED.replace("line Held", "line Tombstone"));
        CompletableFuture<Sandbox.Result> start = prepare();
        WaitingStart first = awaitRequest();
        assertThat(first.reason()).isEqualTo(Request.Reason.LINE);

        replace("keeper/vm/@: record r1; epoch 8; order o2; line Held; tip <A>; seq 3", Places.VM);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> awaitRequest().reason() == Request.Reason.CONTENT);
        assertThat(awaitRequest().id()).isEqualTo(first.id());

        deliver();
        assertThat(start.get(30, TimeUnit.SECONDS).exit()).isZero();
    }

    @Test
    void theRefusalSaysWhatTheOperatorAnswered() throws Exception {
        Files.writeString(sandbox.path("keeper/config"), "format 1\nwait 3\nend\n");
        listing.write(PROTECTED.replace("line Held", "line Tombstone"));
        CompletableFuture<Sandbox.Result> start = prepare();
        String request = awaitRequest().id();

        Files.createDirectories(sandbox.path("keeper/answer"));
        Files.writeString(
                sandbox.path("keeper/answer/" + Sandbox.UUID),
                "format 1\nrequest " + request + "\nmessage The domain runs on host-a. Stop it there.\nend\n");

        Sandbox.Result refused = start.get(30, TimeUnit.SECONDS);
        assertThat(refused.exit()).isOne();
        assertThat(refused.message()).contains("LineElsewhere: The domain runs on host-a. Stop it there.");
        assertThat(listing.read()).contains("missing The domain runs on host-a. Stop it there.");
    }

    @Test
    void breakGlassEndsTheWait() throws Exception {
        listing.write(PROTECTED);
        CompletableFuture<Sandbox.Result> start = prepare();
        awaitRequest();

        Files.createFile(sandbox.path(Places.BREAK_GLASS));

        assertThat(start.get(30, TimeUnit.SECONDS).exit()).isZero();
        assertThat(listing.read())
                .contains("passed-by break-glass; consumed yes")
                .doesNotContain("keeper/request");
    }

    @Test
    void aDomainThatTheAgentSeesMeanwhileStarts() throws Exception {
        listing.write(PROTECTED.replaceFirst("keeper/domain.*\n", ""));
        listing.write("swtpm/@/tpm2/tpm2-00.permall = tpm A\nnvram/w.fd = vars A");
        CompletableFuture<Sandbox.Result> start = prepare();
        assertThat(awaitRequest().reason()).isEqualTo(Request.Reason.DOMAIN);

        replace(PROTECTED.lines().findFirst().orElseThrow(), Places.DOMAIN);

        assertThat(start.get(30, TimeUnit.SECONDS).exit()).isZero();
        assertThat(listing.read()).contains("run-online yes; run-state Open");
    }

    @Test
    void theLimitEndsTheWaitWithARefusal() throws Exception {
        listing.write(PROTECTED);
        Files.writeString(sandbox.path("keeper/config"), "format 1\nwait 1\nend\n");

        Sandbox.Result refused = prepare().get(30, TimeUnit.SECONDS);

        assertThat(refused.exit()).isOne();
        assertThat(refused.message()).startsWith("tpm-keeper: ContentMissing: ");
        assertThat(listing.read()).contains("consumed no").doesNotContain("keeper/request");
    }

    private CompletableFuture<Sandbox.Result> prepare() throws IOException {
        Path hook = Files.writeString(
                directory.resolve("hook"), HookScript.shipped().text());
        return CompletableFuture.supplyAsync(() -> sandbox.call(List.of("dash"), hook, "prepare", Map.of()));
    }

    private WaitingStart awaitRequest() throws Exception {
        Path request = sandbox.path(Places.REQUEST);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(request));
        return WaitingStart.read(Files.readString(request));
    }

    /** As the agent does: complete before it has its name. */
    private void deliver() throws IOException {
        listing.write("keeper/delivery/@/new/tpm2/tpm2-00.permall = tpm A\nkeeper/delivery/@/new/vars = vars A");
        Files.move(
                sandbox.path(Places.DELIVERY + "/new"),
                sandbox.path(Places.DELIVERY + "/" + Contents.digest("tpm A", "vars A")));
    }

    private void replace(String line, String name) throws IOException {
        listing.write(line.replace("/@:", "/@.later:"));
        Path later = sandbox.path(name + ".later");
        Files.move(later, sandbox.path(name), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
}
