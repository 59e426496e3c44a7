package io.tpmkeeper.api;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The project's pages lead where they say. */
class PagesTest {
    private static final Path CLONE = Path.of("..").toAbsolutePath().normalize();
    private static final Path DOCS = CLONE.resolve("docs");

    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");
    private static final Pattern MAKE = Pattern.compile("(?m)(?:^|`)make ([a-z][a-z0-9-]*[a-z0-9])");
    private static final Pattern TARGET = Pattern.compile("(?m)^([a-z][a-z0-9-]*):");
    private static final Pattern REFUSAL = Pattern.compile("(?m)^ +([A-Z][A-Za-z]+)\\) missing=");

    /** One link: the page that it is on, and where it leads. */
    record Link(Path page, String target) {
        private Path file() {
            String path = target.replaceFirst("#.*", "");
            return path.isEmpty()
                    ? page
                    : page.resolveSibling(path).toAbsolutePath().normalize();
        }

        private String heading() {
            return target.contains("#") ? target.substring(target.indexOf('#') + 1) : "";
        }

        @Override
        public String toString() {
            return CLONE.relativize(page) + " -> " + target;
        }
    }

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        Files.walkFileTree(CLONE, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName().toString();
                boolean ours = directory.equals(CLONE) || !(name.startsWith(".") || name.equals("target"));
                return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    pages.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return pages.stream().sorted().toList();
    }

    static List<Link> relativeLinks() throws IOException {
        List<Link> links = new ArrayList<>();
        for (Path page : pages()) {
            LINK.matcher(CODE.matcher(prose(page)).replaceAll(""))
                    .results()
                    .map(m -> m.group(1))
                    .filter(target -> !target.matches("[a-z]+:.*"))
                    .forEach(target -> links.add(new Link(page, target)));
        }
        return links;
    }

    @ParameterizedTest
    @MethodSource("relativeLinks")
    void aRelativeLinkLeadsToAFileOfThisRepository(Link link) throws IOException {
        assertThat(link.file()).exists();
        assertThat(link.file().startsWith(CLONE)).isTrue();
        if (!link.heading().isEmpty()) {
            assertThat(headings(link.file())).contains(link.heading());
        }
    }

    @Test
    void theIndexListsEveryPageOfTheDocumentation() throws IOException {
        Path index = DOCS.resolve("README.md");
        Set<Path> listed = relativeLinks().stream()
                .filter(link -> link.page().equals(index))
                .map(Link::file)
                .collect(toSet());

        assertThat(pages())
                .filteredOn(page -> page.startsWith(DOCS) && !page.equals(index))
                .isNotEmpty()
                .allSatisfy(page -> assertThat(listed).contains(page));
    }

    @Test
    void everyMakeTargetThatAPageNamesIsThere() throws IOException {
        List<String> targets = TARGET.matcher(Files.readString(CLONE.resolve("Makefile")))
                .results()
                .map(m -> m.group(1))
                .toList();
        Set<String> named = new TreeSet<>();
        for (Path page : pages()) {
            MAKE.matcher(Files.readString(page)).results().map(m -> m.group(1)).forEach(named::add);
        }

        assertThat(named).contains("test").isSubsetOf(targets);
    }

    @Test
    void operationsSaysWhatToDoAboutEveryRefusalOfTheHook() throws IOException {
        String refusals = Files.readString(CLONE.resolve("node-daemonset/hook/10-refusals.sh"));
        List<String> names = REFUSAL.matcher(refusals)
                .results()
                .map(m -> m.group(1).toLowerCase(Locale.ROOT))
                .toList();

        assertThat(headings(DOCS.resolve("operations.md")))
                .contains("lineelsewhere")
                .containsAll(names);
    }

    private static String prose(Path page) throws IOException {
        return CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
    }

    /** As GitHub makes them: lower case, spaces to hyphens, punctuation dropped. */
    private static List<String> headings(Path page) throws IOException {
        return HEADING.matcher(prose(page))
                .results()
                .map(m -> m.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }
}
