package io.tpmkeeper.simulation.truth;

import io.tpmkeeper.simulation.story.Coverage;
import io.tpmkeeper.simulation.story.Story;

/** What everybody in a simulated world can see and nobody in a real one can. */
public record Scene(Contents contents, Truth truth, Clock clock, Story story, Coverage coverage) {
    public static Scene begin(boolean told) {
        Contents contents = new Contents();
        Coverage coverage = new Coverage();
        return new Scene(
                contents, new Truth(contents, coverage), new Clock(), new Story(told, contents::shortened), coverage);
    }
}
