package io.tpmkeeper.simulation.world;

import java.util.ArrayList;
import java.util.List;

/** Makes a failing schedule short: leaves out what it can while the same harm comes of it. */
public final class Shrinking {
    private Shrinking() {}

    public static Trial shrink(Trial failing) {
        List<Event> events = new ArrayList<>(failing.schedule().events());
        boolean shorter = true;
        while (shorter) {
            shorter = false;
            for (int part = Math.max(1, events.size() / 2); part >= 1; part /= 2) {
                shorter |= without(failing, events, part);
            }
        }
        return Trial.of(failing.schedule().with(events), true);
    }

    private static boolean without(Trial failing, List<Event> events, int part) {
        boolean shorter = false;
        int at = 0;
        while (at < events.size()) {
            List<Event> fewer = new ArrayList<>(events);
            fewer.subList(at, Math.min(events.size(), at + part)).clear();
            if (breaksAlike(failing, fewer)) {
                events.clear();
                events.addAll(fewer);
                shorter = true;
            } else {
                at += part;
            }
        }
        return shorter;
    }

    private static boolean breaksAlike(Trial failing, List<Event> fewer) {
        Trial trial = Trial.of(failing.schedule().with(fewer), false);
        return trial.broken() != null
                && failing.broken() != null
                && trial.broken().harm() == failing.broken().harm();
    }
}
