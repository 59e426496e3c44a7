package io.tpmkeeper.operator.record;

import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateStatus;
import java.util.Map;
import java.util.Optional;

/** The capture that an annotation asks for, and the answer that the status has of it already. */
public final class CaptureRequest {
    /** What the schema lets a grant and a status hold of it. */
    private static final int LIMIT = 253;

    private CaptureRequest() {}

    /** Its id; empty: nobody asks. */
    public static Optional<String> of(VmTpmState state) {
        return Optional.ofNullable(state.getMetadata().getAnnotations())
                .map((Map<String, String> all) -> all.get(ApiGroup.CAPTURE_REQUEST_ANNOTATION))
                .filter(id -> !id.isBlank())
                .map(id -> id.substring(0, Math.min(LIMIT, id.length())));
    }

    public static Optional<VmTpmStateStatus.RequestedCapture> answer(VmTpmState state) {
        return Optional.ofNullable(state.getStatus())
                .map(VmTpmStateStatus::requestedCapture)
                .filter(told -> of(state).equals(Optional.of(told.request())));
    }

    public static Optional<String> unanswered(VmTpmState state) {
        return of(state).filter(id -> answer(state).isEmpty());
    }
}
