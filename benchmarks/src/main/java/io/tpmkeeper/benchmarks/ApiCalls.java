package io.tpmkeeper.benchmarks;

import io.tpmkeeper.e2e.Deployment;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many calls the API server has counted for what a save touches: Secrets, Events and our own resources; no watches. */
record ApiCalls(double count) {
    private static final Pattern COUNTED = Pattern.compile("(?m)^apiserver_request_total\\{([^}]*)\\} ([0-9.e+]+)$");
    private static final Pattern OURS = Pattern.compile("resource=\"(secrets|events|vmtpm[a-z]+)\"");

    static ApiCalls of(Deployment deployment) {
        String metrics = deployment.client().raw("/metrics");
        Matcher line = COUNTED.matcher(metrics);
        double sum = 0;
        while (line.find()) {
            String labels = line.group(1);
            if (OURS.matcher(labels).find() && !labels.contains("verb=\"WATCH\"")) {
                sum += Double.parseDouble(line.group(2));
            }
        }
        return new ApiCalls(sum);
    }

    double since(ApiCalls before) {
        return count - before.count;
    }
}
