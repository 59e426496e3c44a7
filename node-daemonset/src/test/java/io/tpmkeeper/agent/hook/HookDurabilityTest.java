package io.tpmkeeper.agent.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** File fsync, then rename, then directory fsync, in the kernel's own words; and a hook without one of them fails the same check. */
class HookDurabilityTest {
    private static final String DOMAIN = """
        keeper/domain/@: name win11; tpm $S/swtpm/@/tpm2; nvram $S/nvram/w.fd; firmware -
        keeper/index: cluster c1; @ enforce
        """;
    private static final String RUNNING = DOMAIN + """
        keeper/vm/@: record r1; epoch 7; order o1; line Held; tip <A>; run 1; run-record r1; run-epoch 7; run-boot $BOOT; run-kind Cold; run-from <A>; run-online yes; run-started yes; run-state Open
        swtpm/@/tpm2/tpm2-00.permall = tpm B
        nvram/w.fd = vars B
        log/win11.log = text 2030-01-01 10:00:00.123+0000: shutting down, reason=shutdown
        """;
    private static final String UNDEFINED = DOMAIN + """
        keeper/vm/@: record r1; epoch 7; order o1; line Held; tip <A>; at entry:3; seq 3
        keeper/spool/@/3/tpm2/tpm2-00.permall = tpm A
        keeper/spool/@/3/vars = vars A
        nvram/w.fd = vars B
        """;
    private static final String FORGOTTEN = DOMAIN + """
        keeper/vm/@: record r1; epoch 7; order o1; line Held
        nvram/.tpm-keeper-rescue/@/vars = vars B
        """;

    @TempDir
    private Path directory;

    @Test
    void anEndIsDurableBeforeItIsNamedAndNamedBeforeTheLineSaysSo() throws IOException {
        checkStop(HookScript.shipped().text());
    }

    @Test
    void aStateIsDurableBeforeItIsPutInPlaceAndTheJournalBeforeWhatLayThereGoes() throws IOException {
        checkInstall(HookScript.shipped().text());
    }

    @Test
    void whatARunThatIsNotKnownLeftIsKeptDurablyBeforeTheNextOneBegins() throws IOException {
        checkKept(HookScript.shipped().text());
    }

    @ParameterizedTest(name = "without: {0}")
    @CsvSource(
            delimiter = '~',
            value = {
                "run sync \"$@\" && (: > ~ (: >",
                "\"$@\" \"$vars_rescue/vars\" \"$vars_rescue\" ~ \"$@\" \"$vars_rescue/vars\"",
                "run sync \"$tpm_rescue\" \"${tpm_rescue%/*}\" \"${tpm_rescue%/*/*}\" ~ run sync \"${tpm_rescue%/*}\" \"${tpm_rescue%/*/*}\"",
                "\"${tpm_rescue%/*}\" \"${tpm_rescue%/*/*}\" ~ \"${tpm_rescue%/*/*}\"",
                "\"${tpm_rescue%/*}\" \"${tpm_rescue%/*/*}\" ~ \"${tpm_rescue%/*}\"",
            })
    void aHookThatKeepsItWithoutOneFsyncIsCaught(String line, String instead) {
        String crippled = replaced(line, instead);
        assertThatThrownBy(() -> checkKept(crippled))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no fsync of");
    }

    @ParameterizedTest(name = "without: {0}")
    @CsvSource(
            delimiter = '~',
            value = {
                "|| set -- \"$new/tpm2/tpm2-00.permall\" \"$@\" ~ || true",
                "|| set -- \"$new/vars\" \"$@\" ~ || true",
                "set -- \"$new/domain.xml\" \"$new/meta\" ~ set -- \"$new/meta\"",
                "set -- \"$new/domain.xml\" \"$new/meta\" ~ set -- \"$new/domain.xml\"",
                "\"$new/tpm2\" \"$new\" ~ \"$new\"",
                "\"$new/tpm2\" \"$new\" ~ \"$new/tpm2\"",
                "write_vm \"$spool\" ~ write_vm",
                "run sync \"$published.new\" \"$@\" && ~ run true &&",
                "run sync \"${published%/*}\" ~ run true",
            })
    void aHookWithoutOneFsyncOfAStopIsCaught(String line, String instead) {
        String crippled = replaced(line, instead);
        assertThatThrownBy(() -> checkStop(crippled))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no fsync of");
    }

    @Test
    void aHookThatNamesTheEntryOnlyAfterTheLineIsCaught() {
        String crippled = replaced("run mv -T \"$new\" \"$spool/$seq\"", "run true")
                .replace(
                        "    drop_unfinished\n    forget_rescue\n}",
                        "    run mv -T \"$new\" \"$spool/$seq\"; run sync \"$spool\"\n}");
        assertThatThrownBy(() -> checkStop(crippled))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no fsync of");
    }

    @ParameterizedTest(name = "without: {0}")
    @CsvSource(
            delimiter = '~',
            value = {
                "|| set -- \"$staged_tpm/tpm2-00.permall\" \"$@\" ~ || true",
                "|| set -- \"$staged_vars\" \"$@\" ~ || true",
                "set -- \"$staged_tpm\" \"${tpm%/*}\" ~ set -- \"${tpm%/*}\"",
                "run sync \"${nvram%/*}\" || return 2 ~ run true || return 2",
                "run sync \"${tpm%/*}\" && withdraw ~ run true && withdraw",
                "run sync \"$published.new\" \"$@\" && ~ run true &&",
            })
    void aHookWithoutOneFsyncOfAnInstallIsCaught(String line, String instead) {
        String crippled = replaced(line, instead);
        assertThatThrownBy(() -> checkInstall(crippled))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no fsync of");
    }

    private static String replaced(String line, String instead) {
        String text = HookScript.shipped().text();
        String result = text.replace(line, instead);
        assertThat(result).isNotEqualTo(text);
        return result;
    }

    private void checkStop(String hook) throws IOException {
        try (Sandbox sandbox = Sandbox.make()) {
            Trace trace = traced(hook, sandbox, RUNNING, "stopped");
            String vm = sandbox.path(Places.VM).toString();
            int said = trace.renameTo(vm);
            trace.demandPublished(
                    sandbox.path(Places.SPOOL) + "/1",
                    List.of("tpm2/tpm2-00.permall", "vars", "domain.xml", "meta", "tpm2", ""),
                    said);
            trace.demandPublished(vm, List.of(), trace.size());
        }
    }

    private void checkInstall(String hook) throws IOException {
        try (Sandbox sandbox = Sandbox.make()) {
            Trace trace = traced(hook, sandbox, UNDEFINED, "prepare");
            String nvram = sandbox.path(Places.VARS).toString();
            String tpm = sandbox.path(Places.TPM_DIRECTORY).toString();
            String journal = sandbox.path(Places.JOURNAL).toString();
            int aside = trace.renameTo(sandbox.path(Places.QUARANTINE) + "/1/vars");
            int said = trace.renameTo(sandbox.path(Places.VM).toString());
            trace.demandPublished(journal, List.of(), aside);
            trace.demandPublished(tpm, List.of("tpm2-00.permall", ""), said);
            trace.demandPublished(nvram, List.of(), said);
            assertThat(trace.renameTo(journal)).isLessThan(trace.renameTo(tpm));
            trace.demandPublished(sandbox.path(Places.VM).toString(), List.of(), trace.size());
        }
    }

    private void checkKept(String hook) throws IOException {
        try (Sandbox sandbox = Sandbox.make()) {
            Trace trace = traced(hook, sandbox, FORGOTTEN, "prepare");
            int begins = trace.renameTo(sandbox.path(Places.VM).toString());
            String kept = Places.RESCUE_VARS;
            for (String each : List.of(
                    kept,
                    kept.substring(0, kept.lastIndexOf('/')),
                    Places.RESCUE,
                    "swtpm/.tpm-keeper-rescue",
                    "swtpm")) {
                trace.demandFsync(sandbox.path(each).toString(), 0, begins);
            }
        }
    }

    private Trace traced(String hook, Sandbox sandbox, String host, String operation) throws IOException {
        Files.writeString(sandbox.path("keeper/config"), "format 1\nwait 0\nend\n");
        new Listing(sandbox).write(host);
        Path file = Files.writeString(directory.resolve("hook"), hook);
        Path output = directory.resolve("trace");
        List<String> command = new ArrayList<>(Trace.STRACE);
        command.addAll(List.of("-o", output.toString(), "dash"));
        Sandbox.Result result = sandbox.call(command, file, operation, Map.of());
        assertThat(result.exit()).as(result.message()).isZero();
        return Trace.parse(Files.readAllLines(output));
    }
}
