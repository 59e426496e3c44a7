package io.tpmkeeper.api;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** docs/conditions.md lists what the code knows. With {@code -Dgolden.write=true} its tables are written anew. */
class ConditionsPageTest {
    private static final Path PAGE = Path.of("../docs/conditions.md");

    @Test
    void thePageListsEveryConditionAndEveryReasonAsTheCodeHasThem() throws IOException {
        String page = Files.readString(PAGE);
        String current = replaced(replaced(page, "conditions", conditions()), "reasons", reasons());
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(PAGE, current);
        } else {
            assertThat(page).isEqualTo(current);
        }
    }

    private static String replaced(String page, String name, String table) {
        String begin = "<!-- " + name + ": from the code -->\n";
        String end = "<!-- end of " + name + " -->\n";
        assertThat(page).contains(begin, end);
        return page.substring(0, page.indexOf(begin)) + begin + table + page.substring(page.indexOf(end));
    }

    private static String conditions() {
        return "| condition | there | True means |\n|---|---|---|\n"
                + Arrays.stream(ConditionType.values())
                        .map(t -> "| %s | %s | %s |\n".formatted(t, shown(t), t.meaning()))
                        .collect(joining());
    }

    private static String shown(ConditionType type) {
        return switch (type.shown()) {
            case ALWAYS -> type == ConditionType.READY ? "always; on VmTpmNodes, too" : "always";
            case WHILE_ABNORMAL -> "only while True";
            case ON_NODES -> "on VmTpmNodes";
        };
    }

    private static String reasons() {
        return "| reason | of | what it means | what to do |\n|---|---|---|---|\n"
                + Arrays.stream(Reason.values())
                        .map(r -> "| %s | %s | %s | %s |\n"
                                .formatted(
                                        r,
                                        r.types().stream()
                                                .map(ConditionType::toString)
                                                .collect(joining(", ")),
                                        r.meaning(),
                                        r.remedy()))
                        .collect(joining());
    }
}
