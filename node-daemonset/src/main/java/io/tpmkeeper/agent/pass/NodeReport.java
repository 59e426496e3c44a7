package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.install.HookState;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.Conditions;
import io.tpmkeeper.api.Finding;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.hostfile.Identity;
import io.tpmkeeper.protocol.hostfile.Index;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts the node's status together. */
final class NodeReport {
    private static final long ENOUGH = 512L * 1024 * 1024;

    /** Free space is told in these steps: it changes all the time, and nobody needs the rest. */
    private static final long STEP = 64L * 1024 * 1024;

    private final Host host;
    private final Identity identity;
    private final String agentVersion;

    NodeReport(Host host, Identity identity, String agentVersion) {
        this.host = host;
        this.identity = identity;
        this.agentVersion = agentVersion;
    }

    /** @param answers whether everything that the question asks for was observed after it, and is reported */
    VmTpmNodeStatus status(
            Cluster.Asked asked,
            boolean answers,
            Collection<PlacedDomain> inventory,
            Map<String, Facts> facts,
            List<Grant> grants,
            HookState hook,
            @Nullable String placeFailure) {
        try {
            long free = host.files().freeBytes();
            return new VmTpmNodeStatus(
                    identity.host(),
                    identity.cluster(),
                    agentVersion,
                    new VmTpmNodeStatus.Hook(hook.version(), hook.live(), hook.message()),
                    free / STEP * STEP,
                    answers ? asked.question() : asked.reported().observedQuestion(),
                    indexed(),
                    Conditions.stamp(
                            asked.reported().conditions(),
                            findings(hook, placeFailure, free),
                            0,
                            host.clock().instant()),
                    domains(inventory, facts, grants));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<VmTpmNodeStatus.Domain> domains(
            Collection<PlacedDomain> inventory, Map<String, Facts> facts, List<Grant> grants) {
        Map<String, VmTpmNodeStatus.Domain> all = new TreeMap<>();
        for (PlacedDomain domain : inventory) {
            all.put(
                    domain.uuid(),
                    new VmTpmNodeStatus.Domain(
                            domain.uuid(), domain.paths().name(), domain.ownerNamespace(), domain.hasTpm(), null));
        }
        facts.forEach((uuid, mine) -> {
            VmTpmNodeStatus.Domain known = all.get(uuid);
            if (known == null && !mine.hasResidue() && mine.request() == null && mine.refusal() == null) {
                return;
            }
            boolean granted =
                    grants.stream().anyMatch(g -> g.spec().domainUuid().equals(uuid));
            Facts shown = granted ? null : mine;
            all.put(
                    uuid,
                    known == null
                            ? new VmTpmNodeStatus.Domain(uuid, null, null, true, shown)
                            : new VmTpmNodeStatus.Domain(
                                    uuid, known.name(), known.ownerNamespace(), known.tpm(), shown));
        });
        return List.copyOf(all.values());
    }

    private VmTpmNodeStatus.@Nullable Indexed indexed() throws IOException {
        Optional<Index> index;
        try {
            index = host.files().index();
        } catch (UnreadableException e) {
            return null;
        }
        return index.map(i -> new VmTpmNodeStatus.Indexed(
                        i.guards().size(),
                        sha256(i.guards().entrySet().stream()
                                .map(e -> e.getKey() + " " + e.getValue().word() + "\n")
                                .collect(Collectors.joining()))))
                .orElse(null);
    }

    private static List<Finding> findings(HookState hook, @Nullable String placeFailure, long free) {
        List<Finding> all = new ArrayList<>();
        if (placeFailure != null) {
            all.add(Finding.no(ConditionType.READY, Reason.LIBVIRT_UNREACHABLE, placeFailure));
        } else if (!hook.live()) {
            all.add(Finding.no(ConditionType.READY, Reason.HOOK_INACTIVE, String.valueOf(hook.message())));
        } else {
            all.add(Finding.yes(ConditionType.READY, Reason.AGENT_READY, "The agent works and the hook is live."));
        }
        all.add(hookFinding(hook));
        all.add(
                placeFailure == null
                        ? Finding.yes(ConditionType.LIBVIRT_CONNECTED, Reason.LIBVIRT_REACHABLE, "libvirt answers.")
                        : Finding.no(ConditionType.LIBVIRT_CONNECTED, Reason.LIBVIRT_UNREACHABLE, placeFailure));
        all.add(
                free >= ENOUGH
                        ? Finding.yes(ConditionType.SPACE_AVAILABLE, Reason.ENOUGH_SPACE, "There is room for captures.")
                        : Finding.no(
                                ConditionType.SPACE_AVAILABLE,
                                Reason.NO_SPACE,
                                "Less than %d MiB are free for captures.".formatted(ENOUGH / 1024 / 1024)));
        return all;
    }

    private static Finding hookFinding(HookState hook) {
        if (!hook.live()) {
            return Finding.no(ConditionType.HOOK_ACTIVE, Reason.HOOK_INACTIVE, String.valueOf(hook.message()));
        }
        return hook.newer()
                ? Finding.yes(
                        ConditionType.HOOK_ACTIVE,
                        Reason.HOOK_NEWER,
                        "Hook %s is live; it is newer than this agent's.".formatted(hook.version()))
                : Finding.yes(
                        ConditionType.HOOK_ACTIVE, Reason.HOOK_LIVE, "Hook %s is live.".formatted(hook.version()));
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
