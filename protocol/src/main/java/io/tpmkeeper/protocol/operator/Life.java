package io.tpmkeeper.protocol.operator;

import java.util.List;

/**
 * How a domain's life goes, as {@link HostState} shows it: what the page of the states draws, and what the simulation holds the
 * machine to. A state is derived from facts each time, so nothing here makes a transition happen; one that happens and is not
 * here is a surprise.
 */
public final class Life {
    /** What brings a transition about that no verb of the operator does: what hosts report. */
    public static final String HOSTS = "hosts";

    /** @param by the verb that writes the record, or {@link #HOSTS}. @param why in a few words */
    public record Transition(HostState from, HostState to, String by, String why) {}

    public static final List<Transition> TRANSITIONS = List.of(
            new Transition(
                    HostState.NONE,
                    HostState.GRANTED,
                    "Adopt",
                    "the first line, to the node that has the domain or asks for it"),
            new Transition(HostState.NONE, HostState.GRANTED, "Reset", "begun anew, as a person chose"),
            new Transition(HostState.GRANTED, HostState.RUNNING, HOSTS, "it starts from the tip"),
            new Transition(
                    HostState.GRANTED,
                    HostState.UNSYNCED,
                    HOSTS,
                    "what lay there was captured, or it ran and stopped before anybody looked"),
            new Transition(HostState.GRANTED, HostState.RELEASED, HOSTS, "it ran, stopped and left what is saved"),
            new Transition(HostState.GRANTED, HostState.RELEASED, "Acknowledge", "what was adopted is saved already"),
            new Transition(
                    HostState.GRANTED,
                    HostState.LEFT,
                    HOSTS,
                    "what was adopted had gone, or may have gone, to another host"),
            new Transition(
                    HostState.GRANTED, HostState.LOST, HOSTS, "what was adopted is torn, or the end of a run is"),
            new Transition(HostState.GRANTED, HostState.MOVING, "Move", "another node asks"),
            new Transition(HostState.GRANTED, HostState.NONE, "Delete", "the hosts are clean"),
            new Transition(HostState.RUNNING, HostState.UNSYNCED, HOSTS, "it stops"),
            new Transition(HostState.RUNNING, HostState.RELEASED, HOSTS, "it stops, and left what is saved"),
            new Transition(HostState.RUNNING, HostState.GRANTED, HOSTS, "the start failed and left nothing"),
            new Transition(HostState.RUNNING, HostState.LEFT, HOSTS, "it migrates away, or nobody saw how it ended"),
            new Transition(HostState.RUNNING, HostState.LOST, HOSTS, "it ends torn: power was lost, or a disk failed"),
            new Transition(HostState.UNSYNCED, HostState.RELEASED, "Promote", "its end is saved"),
            new Transition(
                    HostState.UNSYNCED,
                    HostState.GRANTED,
                    "Promote",
                    "what it was given, and no run of its own left, is saved"),
            new Transition(HostState.UNSYNCED, HostState.RELEASED, HOSTS, "the host reports what is current"),
            new Transition(
                    HostState.UNSYNCED, HostState.RUNNING, HOSTS, "it starts again from its tip before that is saved"),
            new Transition(HostState.UNSYNCED, HostState.GRANTED, HOSTS, "the host forgot its line"),
            new Transition(HostState.UNSYNCED, HostState.LEFT, HOSTS, "it ran again, and migrated away"),
            new Transition(HostState.UNSYNCED, HostState.LOST, HOSTS, "it ran again, and ended torn"),
            new Transition(HostState.UNSYNCED, HostState.MOVING, "Move", "another node asks; its end is saved first"),
            new Transition(HostState.RELEASED, HostState.RUNNING, HOSTS, "it starts again on its holder"),
            new Transition(HostState.RELEASED, HostState.UNSYNCED, HOSTS, "it ran and stopped before anybody looked"),
            new Transition(
                    HostState.RELEASED,
                    HostState.UNSYNCED,
                    "Promote",
                    "a newer state became current, which the holder does not have"),
            new Transition(HostState.RELEASED, HostState.GRANTED, HOSTS, "the host forgot its runs"),
            new Transition(HostState.RELEASED, HostState.GRANTED, "Delete", "what was taken back stands again"),
            new Transition(
                    HostState.GRANTED,
                    HostState.UNSYNCED,
                    "Promote",
                    "a newer state became current, which the holder does not have"),
            new Transition(HostState.RELEASED, HostState.GRANTED, "Acknowledge", "what was taken back stands again"),
            new Transition(HostState.RELEASED, HostState.GRANTED, "Move", "given past a dead holder"),
            new Transition(HostState.RELEASED, HostState.LEFT, HOSTS, "it ran again, and migrated away"),
            new Transition(HostState.RELEASED, HostState.LOST, HOSTS, "it ran again, and ended torn"),
            new Transition(HostState.RELEASED, HostState.MOVING, "Move", "another node asks"),
            new Transition(HostState.RELEASED, HostState.NONE, "Delete", "the hosts are clean"),
            new Transition(HostState.MOVING, HostState.GRANTED, "Move", "the line is given to the node that asked"),
            new Transition(HostState.MOVING, HostState.GRANTED, "Delete", "a deletion ends the move"),
            new Transition(HostState.MOVING, HostState.RUNNING, "Move", "the holder keeps it: it was started there"),
            new Transition(HostState.MOVING, HostState.RUNNING, "Delete", "a deletion ends the move"),
            new Transition(HostState.MOVING, HostState.RELEASED, "Move", "the holder keeps it"),
            new Transition(HostState.MOVING, HostState.RELEASED, "Delete", "a deletion ends the move"),
            new Transition(HostState.MOVING, HostState.UNSYNCED, "Move", "the holder keeps it"),
            new Transition(HostState.MOVING, HostState.UNSYNCED, "Delete", "a deletion ends the move"),
            new Transition(HostState.MOVING, HostState.LEFT, "Move", "the holder keeps it: it has migrated away"),
            new Transition(HostState.MOVING, HostState.LEFT, "Delete", "a deletion ends the move"),
            new Transition(HostState.MOVING, HostState.LOST, "Delete", "a deletion ends the move"),
            new Transition(HostState.MOVING, HostState.LOST, "Move", "what the holder gave up with is torn"),
            new Transition(HostState.MOVING, HostState.NONE, "Decide", "begun anew, as a person chose"),
            new Transition(HostState.LEFT, HostState.GRANTED, "Commit", "the line follows the migration"),
            new Transition(
                    HostState.RELEASED,
                    HostState.GRANTED,
                    "Commit",
                    "the line follows a migration though a deletion had taken it back"),
            new Transition(HostState.LEFT, HostState.GRANTED, "Move", "given past a dead holder"),
            new Transition(HostState.LEFT, HostState.GRANTED, HOSTS, "the host forgot its line"),
            new Transition(
                    HostState.LEFT, HostState.RELEASED, HOSTS, "it had not left after all, and its end is saved"),
            new Transition(HostState.LEFT, HostState.UNSYNCED, HOSTS, "it had not left after all"),
            new Transition(
                    HostState.LEFT, HostState.LOST, HOSTS, "it goes on there all the same, and what it has is torn"),
            new Transition(HostState.LEFT, HostState.RUNNING, HOSTS, "it is being received back"),
            new Transition(HostState.LEFT, HostState.MOVING, "Move", "nobody received it; a node asks"),
            new Transition(HostState.LEFT, HostState.NONE, "Decide", "begun anew, as a person chose"),
            new Transition(HostState.LEFT, HostState.NONE, "Delete", "the hosts are clean"),
            new Transition(HostState.LOST, HostState.GRANTED, HOSTS, "the host forgot its line"),
            new Transition(HostState.LOST, HostState.GRANTED, "Move", "given past a dead holder"),
            new Transition(
                    HostState.LOST, HostState.NONE, "Decide", "begun anew from what is saved, as a person chose"),
            new Transition(HostState.LOST, HostState.NONE, "Delete", "the hosts are clean"),
            new Transition(HostState.GRANTED, HostState.NONE, "Decide", "begun anew, as a person chose"),
            new Transition(HostState.RUNNING, HostState.NONE, "Decide", "begun anew, as a person chose"),
            new Transition(HostState.UNSYNCED, HostState.NONE, "Decide", "begun anew, as a person chose"),
            new Transition(
                    HostState.UNSYNCED,
                    HostState.NONE,
                    "Move",
                    "the storage went back, and it had obeyed a later line: looked at anew"),
            new Transition(HostState.RELEASED, HostState.NONE, "Decide", "begun anew, as a person chose"),
            new Transition(HostState.RUNNING, HostState.GRANTED, "Move", "given past a dead holder"),
            new Transition(HostState.UNSYNCED, HostState.GRANTED, "Move", "given past a dead holder"),
            new Transition(
                    HostState.GRANTED,
                    HostState.NONE,
                    "Move",
                    "what it had changed before it heard of the line: looked at anew"));

    private Life() {}

    /** Whether this may happen. */
    public static boolean knows(HostState from, HostState to, String by) {
        return TRANSITIONS.stream().anyMatch(t -> t.from() == from && t.to() == to && t.by().equals(by));
    }
}
