package io.tpmkeeper.operator.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tpmkeeper.api.CaptureResult;
import io.tpmkeeper.api.CaptureStep;
import io.tpmkeeper.api.StepResult;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.operator.record.WorldReader;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.operator.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how the last capture went, step by step, from what is written on its generation. */
public final class LastCaptures {
    private static final Logger LOG = LoggerFactory.getLogger(LastCaptures.class);
    private static final TypeReference<List<VmTpmStateStatus.Step>> STEPS = new TypeReference<>() {};

    private final ObjectMapper json = new ObjectMapper();

    VmTpmStateStatus.@Nullable LastCapture of(WorldReader.Observed observed) {
        World world = observed.world();
        var refused = world.status().refused();
        if (refused != null) {
            return new VmTpmStateStatus.LastCapture(
                    CaptureResult.REFUSED,
                    refused.node(),
                    null,
                    refused.capturedAt(),
                    "%s: %s".formatted(refused.reason(), refused.message()),
                    List.of(new VmTpmStateStatus.Step(CaptureStep.PROMOTE, StepResult.FAILED, refused.message())));
        }
        Current current = world.status().current();
        return current == null ? null : promoted(observed, current);
    }

    private VmTpmStateStatus.LastCapture promoted(WorldReader.Observed observed, Current current) {
        List<VmTpmStateStatus.Step> steps =
                new ArrayList<>(Optional.ofNullable(observed.kept().steps().get(current.secret()))
                        .map(this::parse)
                        .orElse(List.of()));
        steps.add(new VmTpmStateStatus.Step(
                CaptureStep.PROMOTE, StepResult.DONE, "Generation %d".formatted(current.generation())));
        steps.add(cleanup(observed.world(), current));
        return new VmTpmStateStatus.LastCapture(
                CaptureResult.PROMOTED, current.node(), current.trigger(), current.confirmedAt(), null, steps);
    }

    /** Done when the node that captured it keeps nothing but the tip's entry. */
    private static VmTpmStateStatus.Step cleanup(World world, Current current) {
        var node = world.nodes().get(current.node());
        long entries = node == null
                ? 0
                : node.facts().entries().stream()
                        .filter(e -> world.recordUid().equals(e.record()))
                        .count();
        return entries <= 1
                ? new VmTpmStateStatus.Step(CaptureStep.CLEANUP, StepResult.DONE, null)
                : new VmTpmStateStatus.Step(
                        CaptureStep.CLEANUP,
                        StepResult.SKIPPED,
                        "%d entries are still on the node.".formatted(entries));
    }

    private List<VmTpmStateStatus.Step> parse(String steps) {
        try {
            return json.readValue(steps, STEPS);
        } catch (JsonProcessingException e) {
            LOG.atWarn().addKeyValue("cause", e.getOriginalMessage()).log("the steps on a generation cannot be read");
            return List.of();
        }
    }
}
