package io.tpmkeeper.protocol.hostfile;

import io.tpmkeeper.protocol.Guard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code index}: every protected domain of the cluster, whether or not this host ever saw it. */
public record Index(String cluster, SortedMap<String, Guard> guards) {
    public Index {
        guards = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(guards));
    }

    public Optional<Guard> guardOf(String uuid) {
        return Optional.ofNullable(guards.get(uuid));
    }

    public static Index read(String text) throws UnreadableException {
        List<String> lines = KeyValues.lines(text);
        if (lines.isEmpty()
                || !lines.getFirst().startsWith("cluster ")
                || lines.getFirst().length() < 9) {
            throw new UnreadableException("line 2 is not \"cluster <value>\"");
        }
        SortedMap<String, Guard> guards = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int space = line.indexOf(' ');
            if (space < 0 || !DomainUuid.isOne(line.substring(0, space))) {
                throw new UnreadableException("a line does not begin with a UUID");
            }
            Guard guard;
            try {
                guard = Guard.ofWord(line.substring(space + 1));
            } catch (IllegalArgumentException e) {
                throw new UnreadableException("a line names no guard");
            }
            if (guards.put(line.substring(0, space), guard) != null) {
                throw new UnreadableException("a UUID stands there twice");
            }
        }
        return new Index(lines.getFirst().substring(8), guards);
    }

    public String text() {
        KeyValues.Writer writer = KeyValues.writer().put("cluster", cluster);
        for (Map.Entry<String, Guard> line : guards.entrySet()) {
            writer.line(line.getKey(), line.getValue().word());
        }
        return writer.end();
    }
}
