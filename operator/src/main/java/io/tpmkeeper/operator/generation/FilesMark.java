package io.tpmkeeper.operator.generation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tpmkeeper.protocol.Kind;
import io.tpmkeeper.protocol.operator.Generation;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a generation says of its files beside its content, so that files can be compared without reading any. */
final class FilesMark {
    private static final TypeReference<TreeMap<Kind, Generation.Part>> PARTS = new TypeReference<>() {};
    private static final JsonMapper JSON = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private FilesMark() {}

    static String write(SortedMap<Kind, Generation.Part> files) {
        try {
            return JSON.writeValueAsString(files);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("kinds, digests and names are text", e);
        }
    }

    /**
     * @param said null: it was made before generations said so
     * @throws IllegalArgumentException if it is nothing of the kind
     */
    static SortedMap<Kind, Generation.Part> read(@Nullable String said) {
        try {
            return said == null ? Collections.emptySortedMap() : JSON.readValue(said, PARTS);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("its files cannot be read", e);
        }
    }
}
