package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Optional;

/**
 * What a person is asked. It is written down before it is shown, so that what is consented to is what was shown.
 *
 * @param reason by its word in the conditions
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Decision(String reason, List<Option> options) {
    /**
     * @param of node/epoch/run/random id: never the same twice, so that a copy left behind consents to nothing later
     * @param message what is lost by it
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Option(String of, Choice choice, String message) {}

    public Decision {
        options = options == null ? List.of() : List.copyOf(options);
    }

    public Optional<Option> option(String of) {
        return options.stream().filter(o -> o.of().equals(of)).findFirst();
    }
}
