package io.tpmkeeper.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A thing has one word: in a host file, in the API, and in what people read. */
class WordsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Vocabulary<T extends Enum<T>>(
            T[] all, Function<T, String> word, @Nullable Function<String, T> ofWord) {}

    private static Stream<Vocabulary<?>> vocabularies() {
        return Stream.of(
                new Vocabulary<>(Ending.values(), Ending::word, Ending::ofWord),
                new Vocabulary<>(Guard.values(), Guard::word, Guard::ofWord),
                new Vocabulary<>(LineState.values(), LineState::word, LineState::ofWord),
                new Vocabulary<>(RunKind.values(), RunKind::word, RunKind::ofWord),
                new Vocabulary<>(Trigger.values(), Trigger::word, Trigger::ofWord),
                new Vocabulary<>(OrderKind.values(), OrderKind::word, null));
    }

    @TestFactory
    Stream<DynamicTest> theHostTheApiAndPeopleReadTheSameWord() {
        return vocabularies().flatMap(WordsTest::each);
    }

    private static <T extends Enum<T>> Stream<DynamicTest> each(Vocabulary<T> vocabulary) {
        return Arrays.stream(vocabulary.all)
                .map(value -> DynamicTest.dynamicTest(name(value), () -> {
                    String word = vocabulary.word.apply(value);
                    assertThat(JSON.writeValueAsString(value)).isEqualTo('"' + word + '"');
                    assertThat(value).hasToString(word);
                    if (vocabulary.ofWord != null) {
                        assertThat(vocabulary.ofWord.apply(word)).isEqualTo(value);
                    }
                }));
    }

    @Test
    void aWordThatNobodyKnowsIsRefusedByName() {
        vocabularies()
                .map(Vocabulary::ofWord)
                .filter(Objects::nonNull)
                .forEach(reader -> assertThatThrownBy(() -> reader.apply("blue"))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("blue"));
    }

    private static String name(Enum<?> value) {
        return value.getDeclaringClass().getSimpleName() + " " + value;
    }
}
