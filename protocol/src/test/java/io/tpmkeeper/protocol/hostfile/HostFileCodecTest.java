package io.tpmkeeper.protocol.hostfile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class HostFileCodecTest {
    private static final Digest A = new Digest("a".repeat(64));
    private static final FileMarks FILES = new FileMarks(new FileMark(A, 5000), null);
    private static final Run OPEN = new Run(3, "r1", 17, "boot", RunKind.COLD, A, true, true, true, null, null, false);
    private static final Vm VM =
            new Vm(new Line("r1", 17, "o1", LineState.HELD, null, A), new Place.InEntry(4), 6, OPEN, 1_700_000_000);

    /** Reads a file of one kind and writes it again. */
    private interface Codec {
        String again(String text) throws UnreadableException;
    }

    private record Sample(String text, Codec codec) {}

    private static Map<String, Sample> samples() {
        Map<String, Sample> all = new TreeMap<>();
        all.put(
                "host",
                new Sample(new Identity("h", "c").text(), t -> Identity.read(t).text()));
        all.put(
                "index",
                new Sample(
                        new Index("c", new TreeMap<>(Map.of("5f0c6f0e-0000-4000-8000-000000000001", Guard.WARN)))
                                .text(),
                        t -> Index.read(t).text()));
        all.put("config", new Sample(Config.DEFAULT.text(), t -> Config.read(t).text()));
        all.put(
                "domain",
                new Sample(
                        new DomainPaths("a vm", "/s/tpm2", null, "/f").text(),
                        t -> DomainPaths.read(t).text()));
        all.put("vm", new Sample(VM.text(), t -> Vm.read(t).text()));
        all.put(
                "vm without anything",
                new Sample(Vm.NOTHING.text(), t -> Vm.read(t).text()));
        all.put(
                "vm that left",
                new Sample(
                        new Vm(
                                        new Line("r1", 17, "o1", LineState.LEFT, Ending.MIGRATED, null),
                                        null,
                                        6,
                                        OPEN.closed(Ending.MIGRATED, 6L),
                                        1)
                                .text(),
                        t -> Vm.read(t).text()));
        all.put(
                "request",
                new Sample(
                        new WaitingStart("i", Request.Reason.LINE, RunKind.COLD, 20, 1, "no line", "").text(),
                        t -> WaitingStart.read(t).text()));
        all.put(
                "refused",
                new Sample(
                        new RefusedStart("i", "LineElsewhere", 1, "what to do", "warn", true).text(),
                        t -> RefusedStart.read(t).text()));
        all.put(
                "meta",
                new Sample(
                        new EntryMeta(
                                        new Entry(4, 17, "r1", 3, FILES.digest(), true, true, Trigger.STOP),
                                        Ending.SHUTDOWN,
                                        FILES,
                                        1,
                                        "b")
                                .text(),
                        t -> EntryMeta.read(t).text()));
        all.put(
                "journal",
                new Sample(
                        new Journal(new Place.InDelivery(A), A).text(),
                        t -> Journal.read(t).text()));
        all.put(
                "held",
                new Sample(
                        new HeldStop(1, "no space").text(),
                        t -> HeldStop.read(t).text()));
        return all;
    }

    private static Stream<DynamicTest> ofEach(
            java.util.function.Function<Sample, org.junit.jupiter.api.function.Executable> test) {
        return samples().entrySet().stream()
                .map(sample -> DynamicTest.dynamicTest(sample.getKey(), test.apply(sample.getValue())));
    }

    @TestFactory
    Stream<DynamicTest> whatIsWrittenIsReadTheSame() {
        return ofEach(
                sample -> () -> assertThat(sample.codec.again(sample.text)).isEqualTo(sample.text));
    }

    @TestFactory
    Stream<DynamicTest> aFileTornAtAnyByteIsUnreadable() {
        return ofEach(sample -> () -> {
            for (int length = 0; length < sample.text.length(); length++) {
                String torn = sample.text.substring(0, length);
                assertThatThrownBy(() -> sample.codec.again(torn)).as(torn).isInstanceOf(UnreadableException.class);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> aLineMissingRepeatedOrUnknownIsUnreadable() {
        return ofEach(sample -> () -> {
            List<String> lines = List.of(sample.text.split("\n"));
            for (int i = 0; i < lines.size(); i++) {
                List<String> missing = new ArrayList<>(lines);
                missing.remove(i);
                List<String> twice = new ArrayList<>(lines);
                twice.add(i, lines.get(i));
                List<String> unknown = new ArrayList<>(lines);
                unknown.set(i, "colour blue");
                // An index may be without domains; what follows "end" of a request is the XML.
                boolean shorterIndex = lines.get(i).endsWith(" warn");
                boolean xml = lines.contains("missing no line") && i == lines.size() - 1;
                for (List<String> wrong : List.of(missing, twice, unknown)) {
                    if ((shorterIndex && wrong == missing) || (xml && wrong == twice)) {
                        continue;
                    }
                    String text = String.join("\n", wrong) + "\n";
                    assertThatThrownBy(() -> sample.codec.again(text)).as(text).isInstanceOf(UnreadableException.class);
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> anotherFormatIsUnreadable() {
        return ofEach(sample ->
                () -> assertThatThrownBy(() -> sample.codec.again(sample.text.replace("format 1", "format 2")))
                        .isInstanceOf(UnreadableException.class)
                        .hasMessageContaining("format 1"));
    }

    @Test
    void aLineWithoutItsOrderIsUnreadable() {
        assertThatThrownBy(() -> Vm.read(VM.text().replace("order o1", "order -")))
                .isInstanceOf(UnreadableException.class);
    }

    @Test
    void aClosedRunWithoutAnEndingIsUnreadable() {
        assertThatThrownBy(() -> Vm.read(VM.text().replace("run-state Open", "run-state Closed")))
                .isInstanceOf(UnreadableException.class);
    }

    @Test
    void anEntryWhoseDigestIsNotThatOfItsFilesIsUnreadable() {
        String meta = requireNonNull(samples().get("meta")).text.replace("5000", "5001");
        assertThatThrownBy(() -> EntryMeta.read(meta)).isInstanceOf(UnreadableException.class);
    }

    @Test
    void whatTheOwnerPutIntoTheXmlIsNoPartOfTheRequest() throws UnreadableException {
        String xml = "<domain><metadata>\nend\nid forged\nend\n</metadata></domain>\n";
        WaitingStart waiting = new WaitingStart("i", Request.Reason.DOMAIN, RunKind.COLD, 0, 1, "unseen", xml);
        assertThat(WaitingStart.read(waiting.text())).isEqualTo(waiting);
    }

    @Test
    void theDigestIsThatOfTheSortedList() {
        // printf 'tpm2/tpm2-00.permall 5000 aaaa…\nvars 7 bbbb…\n' | sha256sum
        FileMarks both = new FileMarks(new FileMark(A, 5000), new FileMark(new Digest("b".repeat(64)), 7));
        assertThat(both.digest()).hasToString("9c80366e12d5f035efd3ed2161b1d998be0f51ab970d55926598218e50b45d1f");
    }
}
