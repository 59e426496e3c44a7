package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.hook.HookHost.Marker;

/** What the hook does when libvirt calls it. */
public final class Hook {
    private Hook() {}

    public static Course call(HookHost host, Call call) {
        Draft draft = new Draft(host);
        return switch (call.operation()) {
            case PREPARE -> new Prepare(draft, call).course();
            case STARTED, RECONNECT -> new Started(draft, call).course();
            case STOPPED -> new Stopped(draft, call).course();
            case MIGRATE -> marked(draft, RunKind.INCOMING);
            case RESTORE -> marked(draft, RunKind.IMAGE);
        };
    }

    private static Course marked(Draft draft, RunKind next) {
        draft.marker = new Marker(next, true);
        draft.checkpoint();
        return draft.course(0, null);
    }
}
