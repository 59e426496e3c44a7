package io.tpmkeeper.simulation.world;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What happens in one world. A swarm: each seed draws few of the features, so that some schedules go deep into one of them.
 *
 * @param seed by which it can be had again
 */
public record Schedule(long seed, Set<Feature> features, List<Event> events) {
    private static final int EVENTS = 160;
    private static final double SHARE = 0.25;

    /** Drawn apart from the others, so that a seed without them is what it was before they came; and how often. */
    private static final Map<Feature, Double> CAME_LATER = Map.of(
            Feature.RECORDS_BY_HAND, SHARE,
            Feature.UNDEFINED_RUNNING, SHARE,
            Feature.NVRAM_OF_ANOTHER, 0.1);

    public static Schedule of(long seed) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        Random apart = new Random(~seed * 0x9E3779B97F4A7C15L + 1);
        Set<Feature> features = EnumSet.noneOf(Feature.class);
        for (Feature feature : Feature.values()) {
            Double share = CAME_LATER.get(feature);
            if (share == null ? random.nextDouble() < SHARE : apart.nextDouble() < share) {
                features.add(feature);
            }
        }
        List<Deed> deeds = new ArrayList<>();
        for (Deed deed : Deed.values()) {
            if (deed.feature() == null || features.contains(deed.feature())) {
                for (int i = 0; i < deed.weight(); i++) {
                    deeds.add(deed);
                }
            }
        }
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            events.add(new Event(deeds.get(random.nextInt(deeds.size())), random.nextInt(3), random.nextInt(100)));
        }
        return new Schedule(seed, Set.copyOf(features), List.copyOf(events));
    }

    public Schedule with(List<Event> fewer) {
        return new Schedule(seed, features, List.copyOf(fewer));
    }
}
