package io.tpmkeeper.simulation.cluster;

/** The API server takes no generation: nothing is wrong with the world that was observed. */
final class GenerationRefused extends Exception {
    private static final long serialVersionUID = 1;
}
