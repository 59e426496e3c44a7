package io.tpmkeeper.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What virsh says of a refused start, the VmTpmState says by the same name. */
class HookRefusalsTest {
    private static final Path REFUSALS = Path.of("../node-daemonset/hook/10-refusals.sh");
    private static final Pattern NAMED = Pattern.compile("(?m)^ +([A-Z][A-Za-z]+)\\) missing=");

    @Test
    void everyRefusalOfTheHookIsAReasonOfStartRefused() throws IOException {
        List<String> names = NAMED.matcher(Files.readString(REFUSALS))
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(names)
                .contains("LineElsewhere")
                .allSatisfy(name -> assertThat(Reason.ofWord(name))
                        .hasValueSatisfying(reason -> assertThat(reason.canBeOf(ConditionType.START_REFUSED))
                                .isTrue()));
    }
}
