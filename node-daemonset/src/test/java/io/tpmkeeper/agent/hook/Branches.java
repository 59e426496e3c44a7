package io.tpmkeeper.agent.hook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The branches of a shell script, and which were taken: each function, each then and else, each arm of a case. */
final class Branches {
    private static final Pattern FUNCTION = Pattern.compile("^(\\w+)\\(\\) \\{$");
    private static final Pattern INLINE = Pattern.compile("(; then|; else) (?=\\S)");
    private static final Pattern ARM = Pattern.compile("^( +[^\\s(#][^()`]*\\))( .*)?$");
    private static final Pattern OPENS = Pattern.compile("(; then| *else)$");
    private static final String REACH = """
        reach() {
            reached=$?
            echo "$1" >>"$HOOK_REACHED"
            return "$reached"
        }
        """;

    private final List<String> names = new ArrayList<>();
    private final Set<Integer> taken = ConcurrentHashMap.newKeySet();
    private final String text;

    Branches(String script) {
        StringBuilder marked = new StringBuilder();
        String function = "-";
        boolean atAnArm = false;
        for (String line : script.split("\n", -1)) {
            Matcher opens = FUNCTION.matcher(line);
            String next = line;
            if (opens.matches()) {
                function = opens.group(1);
                next = line + "\n" + mark(function, "");
            } else if (!line.strip().startsWith("#")) {
                next = marked(function, line, atAnArm);
                atAnArm = line.endsWith(" in") || line.endsWith(";;") || (atAnArm && line.isBlank());
            }
            marked.append(next).append('\n');
        }
        int head = marked.indexOf("\nset -u\n") + 1;
        text = marked.insert(head, REACH).toString();
    }

    private String marked(String function, String line, boolean atAnArm) {
        Matcher arm = ARM.matcher(line);
        if (atAnArm && arm.matches()) {
            String rest = arm.group(2) == null ? "" : arm.group(2);
            boolean nothing = rest.isBlank() || rest.strip().startsWith(";;");
            return arm.group(1) + " " + mark(function, line) + (nothing ? rest : ";" + inline(function, rest));
        }
        return OPENS.matcher(line).find() ? line + "\n" + mark(function, line) : inline(function, line);
    }

    private String inline(String function, String line) {
        return INLINE.matcher(line)
                .replaceAll(found -> found.group(1) + " " + mark(function, line + found.group(1)) + "; ");
    }

    private String mark(String function, String line) {
        names.add((function + ": " + line.strip()).strip());
        return "reach " + (names.size() - 1);
    }

    /** The script, saying into {@code $HOOK_REACHED} which branches it takes. */
    String text() {
        return text;
    }

    void add(Path reached) throws IOException {
        if (Files.exists(reached)) {
            Files.readAllLines(reached).forEach(number -> taken.add(Integer.parseInt(number)));
            Files.delete(reached);
        }
    }

    /** Those that nobody took, in the script's order. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (!taken.contains(i)) {
                missing.add(names.get(i));
            }
        }
        return missing;
    }

    int count() {
        return names.size();
    }
}
