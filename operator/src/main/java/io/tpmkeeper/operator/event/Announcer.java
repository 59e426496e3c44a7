package io.tpmkeeper.operator.event;

import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.protocol.Owner;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the story of a domain as Events on its VmTpmState. The same occasion is told once, whoever tells it again. */
public final class Announcer {
    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);
    /** Events carry microseconds. */
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    /** The API's limit for an Event's note. */
    private static final int NOTE_LIMIT = 1024;

    private final KubernetesClient client;
    private final Clock clock;
    private final String instance;

    public Announcer(KubernetesClient client, Clock clock, String instance) {
        this.client = client;
        this.clock = clock;
        this.instance = instance;
    }

    /**
     * What happens now. Never fails: an Event is told, it is not relied upon.
     *
     * @param occasion names what happened among all that happens to this object
     */
    public void tell(Owner state, String occasion, boolean warning, String reason, String message) {
        tell(state, clock.instant(), occasion, warning, reason, message);
    }

    /**
     * The same, once for each time and occasion. Their names are in the order of their times, since kubectl describe shows
     * Events of events.k8s.io in the order of their names: it sorts by a field that these must leave empty [kubectl 1.36].
     */
    public void tell(Owner state, Instant at, String occasion, boolean warning, String reason, String message) {
        Event event = new EventBuilder()
                .withNewMetadata()
                .withNamespace(state.namespace())
                .withName("%s.%014x.%08x"
                        .formatted(
                                state.name()
                                        .substring(0, Math.min(180, state.name().length())),
                                ChronoUnit.MICROS.between(Instant.EPOCH, at),
                                (state.uid() + occasion + reason).hashCode()))
                .endMetadata()
                .withEventTime(new MicroTime(MICROS.format(at)))
                .withReportingController(ApiGroup.GROUP + "/operator")
                .withReportingInstance(shortened(instance, 128))
                .withAction(reason)
                .withReason(reason)
                .withType(warning ? "Warning" : "Normal")
                .withNote(shortened(message, NOTE_LIMIT))
                .withRegarding(new ObjectReferenceBuilder()
                        .withApiVersion(ApiGroup.GROUP + "/" + ApiGroup.VERSION)
                        .withKind("VmTpmState")
                        .withNamespace(state.namespace())
                        .withName(state.name())
                        .withUid(state.uid())
                        .build())
                .build();
        try {
            client.resource(event).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409) {
                LOG.atWarn()
                        .addKeyValue("vmtpmstate", state)
                        .addKeyValue("reason", reason)
                        .addKeyValue("cause", e.getMessage())
                        .log("event not written");
            }
        }
    }

    private static String shortened(String text, int limit) {
        return text.length() <= limit ? text : text.substring(0, limit - 1) + "…";
    }
}
