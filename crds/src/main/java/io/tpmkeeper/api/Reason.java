package io.tpmkeeper.api;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Every reason of every condition: what it means and what to do. {@code docs/conditions.md} is this list; a test holds the page
 * to it. A reason's word is part of the API: it is never changed, only added to.
 */
public enum Reason {
    // Who has the UUID.
    BOUND("Bound", "The UUID is this VmTpmState's.", "Nothing.", ConditionType.BOUND),
    CLAIMING(
            "Claiming",
            "The UUID is being claimed.",
            "Nothing; it takes a moment.",
            ConditionType.READY,
            ConditionType.BOUND),
    DOMAIN_NOT_FOUND(
            "DomainNotFound",
            "No node's libvirt knows a domain with this UUID yet.",
            "Define the domain; nothing else. If it is defined, check the UUID and the node's agent.",
            ConditionType.READY,
            ConditionType.BOUND),
    CLAIM_NOT_PROVEN(
            "ClaimNotProven",
            "Nothing proves that this namespace may have the domain.",
            "Run the virsh metadata command of the message on the node that has the domain, or let the class allow the namespace by claimWithoutProof.",
            ConditionType.READY,
            ConditionType.BOUND),
    CLAIMED_BY_ANOTHER(
            "ClaimedByAnother",
            "Another VmTpmState has the UUID, or its content is kept for another namespace.",
            "Delete one of the two; a VM has one VmTpmState.",
            ConditionType.READY,
            ConditionType.BOUND),
    CLASS_NOT_FOUND(
            "ClassNotFound",
            "There is no VmTpmClass of the name in spec.className.",
            "Make the class, or name one that exists.",
            ConditionType.READY,
            ConditionType.BOUND),
    POLICY_NOT_ALLOWED(
            "PolicyNotAllowed",
            "The class does not allow the deletionPolicy in spec.",
            "Choose one that the message lists, or another class.",
            ConditionType.READY,
            ConditionType.BOUND),
    NO_TPM(
            "NoTpm",
            "The domain has no emulated TPM 2.0, so there is nothing to protect.",
            "Give the domain a TPM with an emulator backend of version 2.0, or delete the VmTpmState.",
            ConditionType.READY,
            ConditionType.BOUND),
    KUBE_VIRT_NOT_SUPPORTED(
            "KubeVirtNotSupported",
            "spec.target names a KubeVirt VirtualMachine; this version supports libvirt domains only.",
            "Delete it and make one with target.domainUUID.",
            ConditionType.READY,
            ConditionType.BOUND),

    // Ordinary life.
    ADOPTED("Adopted", "Content that was kept for the domain was taken over.", "Nothing.", ConditionType.READY),
    PROTECTED(
            "Protected",
            "The domain is known and nothing is saved yet; the first stop saves.",
            "Nothing.",
            ConditionType.READY),
    GRANTED("Granted", "A node may start the VM and has not yet.", "Start it.", ConditionType.READY),
    RUNNING("Running", "The VM runs on the node that may run it.", "Nothing.", ConditionType.READY),
    SAVED("Saved", "The newest state is in the cluster.", "Nothing.", ConditionType.READY, ConditionType.SAVED),
    MOVING(
            "Moving",
            "The VM is going to another node, or has gone and the new node is not confirmed yet.",
            "Nothing; it ends by itself.",
            ConditionType.READY),
    NOTHING_SAVED_YET(
            "NothingSavedYet",
            "No state was ever saved.",
            "Nothing; the first stop saves.",
            ConditionType.SAVED,
            ConditionType.STARTABLE),
    ON_HOLDER(
            "OnHolder",
            "It starts on the node in status.host; on another one the line is moved first.",
            "Nothing.",
            ConditionType.STARTABLE),
    ON_TARGET("OnTarget", "It starts on the node to which it is moving.", "Nothing.", ConditionType.STARTABLE),
    ANYWHERE("Anywhere", "It starts on every node that the class allows.", "Nothing.", ConditionType.STARTABLE),
    NOT_BOUND(
            "NotBound",
            "Not known: the UUID is not this VmTpmState's.",
            "See the condition Bound.",
            ConditionType.SAVED,
            ConditionType.STARTABLE),

    // Saving takes long, or fails.
    SAVING(
            "Saving",
            "The VM stopped; its state is safe on the node and on its way to the cluster.",
            "Nothing.",
            ConditionType.READY),
    UPLOAD_PENDING(
            "UploadPending",
            "The VM stopped more than 30 s ago and its state is not in the cluster yet; it is safe on its node.",
            "Check the node's agent and its way to the API server; until then start it on the same node.",
            ConditionType.READY,
            ConditionType.SAVED),
    AGENT_SILENT(
            "AgentSilent",
            "The agent of the node in status.host has not renewed its Lease for 40 s, and the newest state is on that node, or the VM runs there.",
            "Check the agent's pod and the node. The VM can still start there.",
            ConditionType.READY),
    GENERATION_NOT_WRITTEN(
            "GenerationNotWritten",
            "The capture is good, but the generation Secret could not be written: quota, admission or rights.",
            "Remove what the message names; it is tried again by itself. The state stays on its node until then.",
            ConditionType.READY,
            ConditionType.SAVED),
    CAPTURE_REFUSED(
            "CaptureRefused",
            "The last capture is empty, torn, too large, or not what it says it is. It stays on its node, and the VM starts from it there; the last good generation stays current.",
            "See status.lastCapture. The VM can start where it is; look after its disk and libvirt there.",
            ConditionType.READY,
            ConditionType.SAVED),
    HOOK_INACTIVE(
            "HookInactive",
            "libvirt on the node does not call our hook, so a stop there would not be saved.",
            "Follow the message: usually libvirtd has to read its hooks again.",
            ConditionType.READY,
            ConditionType.HOOK_ACTIVE),
    STOP_HELD(
            "StopHeld",
            "A stop is held on the node, because the state can be written nowhere. libvirt may block other calls there.",
            "Make room on the filesystems that the message names; or give the state up by held/<uuid>.let-go on the node.",
            ConditionType.READY),
    HOST_FILE_UNREADABLE(
            "HostFileUnreadable",
            "A file of ours on the node is torn or of a format that this version does not know. Ready says LostTail, with this word in its message, where the file is the one of the line.",
            "Do not edit it. Follow the message; the file is kept for support.",
            ConditionType.START_REFUSED),

    // A person must decide.
    FOUND_ON_SEVERAL_NODES(
            "FoundOnSeveralNodes",
            "State of the domain lies on several nodes, a node that may have some is silent, or something newer than the newest generation was never made current.",
            "Decide by spec.acceptLoss which one goes on: each option says when its state was captured and what is lost. Where a node is silent, bring it back first.",
            ConditionType.READY,
            ConditionType.STARTABLE),
    HOST_LOSS(
            "HostLoss",
            "Another node asks for the VM, and the newest state is only on a node that does not answer, or went with a host directory that is lost: the message says which.",
            "Bring a node that is silent back; or, if it is off for certain, fence it or accept the loss. A directory that is lost comes from a backup, or the loss is accepted.",
            ConditionType.READY,
            ConditionType.STARTABLE),
    LOST_TAIL(
            "LostTail",
            "The last run left a state that cannot be used, after a power loss for example. Where the host said more, the message has it: StateFileRefused, HostFileUnreadable.",
            "Accept to go on from the last saved generation.",
            ConditionType.READY,
            ConditionType.STARTABLE),
    MISSING_STATE(
            "MissingState",
            "The state to start from is neither on its node nor in the cluster.",
            "Bring back what held it, or accept to go on from what is left.",
            ConditionType.READY,
            ConditionType.STARTABLE),
    FORKED_RUN(
            "ForkedRun",
            "The VM ran somewhere from another state than its newest: two histories exist.",
            "Stop it there, then decide which one goes on: the options say when the other ran and what is lost by forgetting it.",
            ConditionType.READY,
            ConditionType.STARTABLE),
    ROLLED_BACK(
            "RolledBack",
            "A node obeyed orders that the cluster does not know: the cluster was restored from an older backup.",
            "Decide whether to go on from the node or from the cluster.",
            ConditionType.READY,
            ConditionType.STARTABLE),

    // A start was refused, or was let through though it should have been.
    LINE_ELSEWHERE(
            "LineElsewhere",
            "The node may not start the VM: the right is on another node, or nobody has it.",
            "Read what was missing in the message; start it again when that is there.",
            ConditionType.START_REFUSED),
    LINE_LEFT(
            "LineLeft",
            "The VM's last run on the node may have gone on to another one.",
            "Wait until the other nodes have answered; see the other conditions.",
            ConditionType.START_REFUSED),
    LINE_LOST(
            "LineLost",
            "The state that the last run left on the node is torn or incomplete.",
            "See status.pendingDecision.",
            ConditionType.START_REFUSED),
    CONTENT_MISSING(
            "ContentMissing",
            "The node may start the VM, but the state to start from did not come in time.",
            "Start it again; if it stays so, check operator and agent.",
            ConditionType.START_REFUSED),
    INDEX_MISSING(
            "IndexMissing",
            "The node could not tell whether the VM is protected: its list is missing or unreadable.",
            "Check the node's agent: it writes the list.",
            ConditionType.START_REFUSED),
    INDEX_OUTDATED(
            "IndexOutdated",
            "For more than 30 s a node has not taken up that the VM is protected, or by which guard. A new leader of the operator names a node whose list is older than its own at every VM: it cannot know which ones are missing.",
            "Check the node's agent, and do not start the VM there until then. A node that is off for certain is fenced by the out-of-service taint, and not named any more.",
            ConditionType.COVERAGE_INCOMPLETE),
    DOMAIN_UNKNOWN(
            "DomainUnknown",
            "The node's agent had not read the domain's definition yet.",
            "Start it again; if it stays so, check the node's agent.",
            ConditionType.START_REFUSED),
    NODE_NOT_ALLOWED(
            "NodeNotAllowed",
            "The node may not start the VM, since the class does not allow this node; virsh says LineElsewhere.",
            "Start it on an allowed node, or change allowedNodes.",
            ConditionType.START_REFUSED),
    IMAGE_OF_THE_PAST(
            "ImageOfThePast",
            "A saved image holds an older TPM state than the newest.",
            "Discard the image (virsh managedsave-remove) or restore deliberately, as the message says.",
            ConditionType.START_REFUSED),
    NO_SPACE(
            "NoSpace",
            "There is not enough room on the node to save the end of a run.",
            "Make room on the filesystem that the message names.",
            ConditionType.START_REFUSED,
            ConditionType.SPACE_AVAILABLE),
    NVRAM_OF_ANOTHER(
            "NvramOfAnother",
            "The file that the VM has as its NVRAM is another VM's, too, of which nothing is saved: it is not moved away.",
            "Stop the other VM, or start it and stop it once, which saves it; or give one of the two another NVRAM file.",
            ConditionType.START_REFUSED),
    START_NOT_ALLOWED(
            "StartNotAllowed",
            "A start was refused for a reason that this version has no name for.",
            "Read the message; it is the host's own.",
            ConditionType.START_REFUSED),

    // The end.
    DELETION_WAITS_FOR_STOP(
            "DeletionWaitsForStop",
            "deletionPolicy is Delete and the VM runs.",
            "Stop the VM; the deletion then goes on.",
            ConditionType.READY,
            ConditionType.STARTABLE),
    DELETION_UNDER_WAY(
            "DeletionUnderWay",
            "The UUID, or this VmTpmState, is being given up; hosts are cleaned first.",
            "Nothing; it ends by itself.",
            ConditionType.READY,
            ConditionType.BOUND),
    CLEANUP_FAILED(
            "CleanupFailed",
            "A step of the deletion failed; nothing was given up.",
            "Do what the message says; it is tried again by itself.",
            ConditionType.READY,
            ConditionType.STARTABLE),

    // Nodes.
    AGENT_READY("AgentReady", "The agent works.", "Nothing.", ConditionType.READY),
    AGENT_STARTING("AgentStarting", "The agent has not finished its first inventory.", "Nothing.", ConditionType.READY),
    HOOK_LIVE("HookLive", "The probe was refused by our hook, in this version.", "Nothing.", ConditionType.HOOK_ACTIVE),
    HOOK_NEWER(
            "HookNewer",
            "A hook newer than the agent is live; it is left alone.",
            "Upgrade the agent.",
            ConditionType.HOOK_ACTIVE),
    LIBVIRT_REACHABLE("LibvirtReachable", "The connection is open.", "Nothing.", ConditionType.LIBVIRT_CONNECTED),
    LIBVIRT_UNREACHABLE(
            "LibvirtUnreachable",
            "libvirt does not answer. The hook works without the agent.",
            "Check libvirtd or virtqemud on the node, as the message says.",
            ConditionType.READY,
            ConditionType.LIBVIRT_CONNECTED),
    LIBVIRT_MISSING(
            "LibvirtMissing",
            "There is no libvirt on the node, and nothing of a domain. The rest of the cluster is not held up.",
            "Install libvirt and QEMU and start them; or keep the agent off the node by agent.nodeSelector.",
            ConditionType.READY,
            ConditionType.LIBVIRT_CONNECTED,
            ConditionType.HOOK_ACTIVE),
    LIBVIRT_TOO_OLD(
            "LibvirtTooOld",
            "The node's libvirt is older than the first that calls hooks of ours; stops there are not saved.",
            "Upgrade libvirt on the node to the version in the message.",
            ConditionType.READY,
            ConditionType.HOOK_ACTIVE),
    QEMU_MISSING(
            "QemuMissing",
            "libvirt answers and can start no virtual machine: QEMU, or libvirt's driver for it, is not installed.",
            "Install what the message names; or keep the agent off the node by agent.nodeSelector.",
            ConditionType.READY,
            ConditionType.LIBVIRT_CONNECTED,
            ConditionType.HOOK_ACTIVE),
    HOST_DIRECTORY_UNUSABLE(
            "HostDirectoryUnusable",
            "The agent cannot write to the host directory: its filesystem is read-only, for example.",
            "Make what the message names writable; the agent then goes on by itself.",
            ConditionType.READY,
            ConditionType.SPACE_AVAILABLE),
    HOOK_NOT_WRITTEN(
            "HookNotWritten",
            "The agent's hook could not be put where libvirt calls it. HookActive says whether an older one is live.",
            "Make libvirt's directory of hooks writable, as the message says; the agent then goes on by itself.",
            ConditionType.READY,
            ConditionType.HOOK_ACTIVE),
    FOREIGN_HOST(
            "ForeignHost",
            "The host directory belongs to another cluster; the agent leaves it alone.",
            "Follow the uninstall page for the other cluster, or use another host.",
            ConditionType.READY),
    ENOUGH_SPACE("EnoughSpace", "There is room.", "Nothing.", ConditionType.SPACE_AVAILABLE);

    private final String word;
    private final String meaning;
    private final String remedy;
    private final Set<ConditionType> types;

    Reason(String word, String meaning, String remedy, ConditionType first, ConditionType... more) {
        this.word = word;
        this.meaning = meaning;
        this.remedy = remedy;
        this.types = EnumSet.of(first, more);
    }

    /** What has happened. */
    public String meaning() {
        return meaning;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }

    /** The conditions that it is made for. */
    public Set<ConditionType> types() {
        return EnumSet.copyOf(types);
    }

    /** Whether the condition can have it: Stalled and Reconciling repeat what Ready says. */
    public boolean canBeOf(ConditionType type) {
        return types.contains(type)
                || (types.contains(ConditionType.READY)
                        && (type == ConditionType.STALLED || type == ConditionType.RECONCILING));
    }

    /** The reason with this word, if this version has it. */
    public static Optional<Reason> ofWord(String word) {
        return Arrays.stream(values()).filter(r -> r.word.equals(word)).findFirst();
    }

    /** The word in the API. */
    @Override
    public String toString() {
        return word;
    }
}
