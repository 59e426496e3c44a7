package io.tpmkeeper.simulation.world;

/** What a schedule may be made of beside starts, stops, writes, and an operator and agents at work. A seed draws some. */
public enum Feature {
    UNDEFINE,
    FAILED_STARTS,
    POWER,
    TORN_WRITES,
    LOST_WRITES,
    AGENT_AWAY,
    AGENT_CRASHES,
    PARTITION,
    BREAK_GLASS,
    OTHER_GUARDS,
    LIVE_CAPTURES,
    MIGRATION,
    SAVED_IMAGES,
    HOOK_KILLED,
    UNKNOWN_ENDINGS,
    OPERATOR_CRASHES,
    TWO_LEADERS,
    STALE_CACHES,
    INTERLEAVING,
    ROLLBACK,
    DELETION,
    NAMESPACE,
    STRANGERS,
    FENCING,
    DIRECTORY_LOST,
    GENERATIONS_BY_HAND,
    RECORDS_BY_HAND,
    EDITED_FILES,
    FULL_DISK,
    BROKEN_HOST_FILES,
    REFUSED_CAPTURES,
    FORBIDDEN_NODES,
    CLOCKS,
    RUNS_ALREADY,
    UNPROTECTED,
    CONSENTS,
    HOST_LOSS_POLICIES,
    FENCED_ALIVE,
    AUTOSTART,
    MIGRATION_DEATHS,
    /** It is undefined while it runs: its NVRAM loses its name. */
    UNDEFINED_RUNNING,
    /** A quota keeps the API server from taking generations. */
    QUOTA,
    /** A host that is off when the faults cease stays off. */
    A_HOST_IS_LOST,
    /** Another VM, of which nothing is saved, has its NVRAM under the domain's name. */
    NVRAM_OF_ANOTHER
}
