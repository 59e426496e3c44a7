package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one host reports of one domain. Facts give no right.
 *
 * @param hostId of the host directory that was read
 * @param acked id of the last order that was obeyed
 * @param nacked the last order that was refused, if that came after {@code acked}
 * @param defined whether the host's libvirt knows the domain
 * @param active whether it runs there, a migration being received included
 * @param live what lies in the domain's own files; only while it is inactive, and null where nothing lies there
 * @param entries all committed captures
 * @param deliveries states put ready for a start
 * @param purged id of the last purge that was carried out
 * @param purgeRefused why the purge that is ordered was not carried out
 * @param uploadRefused why the tip's entry was not sent, in a sentence; null when nothing is wrong
 * @param stopHeld why a stop is held there now, in a sentence; null when none is
 * @param captured what became of the capture that the grant asks for
 * @param unsupported why the TPM that the domain is defined with cannot be kept, in a sentence; null when it can
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Facts(
        String hostId,
        @Nullable String acked,
        @Nullable Nack nacked,
        boolean defined,
        boolean active,
        @Nullable Line line,
        @Nullable Run run,
        @Nullable Digest live,
        List<Entry> entries,
        List<Digest> deliveries,
        @Nullable Request request,
        @Nullable Refusal refusal,
        @Nullable String purged,
        @Nullable String purgeRefused,
        @Nullable String uploadRefused,
        @Nullable String stopHeld,
        @Nullable Captured captured,
        @Nullable String unsupported) {

    /** A refused order. @param message one sentence: why */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Nack(String order, String message) {}

    /**
     * The answer to a capture that somebody asked for.
     *
     * @param request the one that is answered
     * @param version of the capture that holds what was found; a new one, also where nothing had to be written
     * @param unchanged whether the cluster had the content already, by what the grant says
     * @param refused why nothing was captured, in a sentence; then there is neither version nor digest
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Captured(
            String request,
            @Nullable Version version,
            @Nullable Digest digest,
            boolean unchanged,
            @Nullable String refused) {
        public static Captured refused(String request, String why) {
            return new Captured(request, null, null, false, why);
        }
    }

    public Facts {
        entries = entries == null ? List.of() : List.copyOf(entries);
        deliveries = deliveries == null ? List.of() : List.copyOf(deliveries);
    }

    /** Nothing of the domain is known on that host. */
    public static Facts nothing(String hostId) {
        return new Facts(
                hostId, null, null, false, false, null, null, null, List.of(), List.of(), null, null, null, null, null,
                null, null, null);
    }

    /** The line, if it was given in the name of this record. */
    public Optional<Line> lineOf(String record) {
        return Optional.ofNullable(line).filter(l -> l.record().equals(record));
    }

    /** Whether the host refused this very order. */
    public boolean refused(Order order) {
        return nacked != null && nacked.order().equals(order.id());
    }

    public boolean runOpen() {
        return run != null && run.open();
    }

    /** Something to adopt: state in the domain's own files or in a complete capture, or a domain that runs. */
    public boolean hasState() {
        return active || live != null || entries.stream().anyMatch(Entry::complete);
    }

    /** Whether anything at all of the domain is on the host that a purge would have to remove. */
    public boolean hasResidue() {
        return line != null || run != null || !entries.isEmpty() || !deliveries.isEmpty();
    }

    /** The states that can be had from this host, the live one while it is inactive included. */
    public Stream<Digest> digests() {
        Stream<Digest> captured =
                entries.stream().filter(Entry::complete).map(Entry::digest).filter(d -> d != null);
        return Stream.concat(Stream.concat(captured, deliveries.stream()), Stream.ofNullable(live));
    }
}
