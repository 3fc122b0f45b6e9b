package io.mocov3.model.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.model.ModelException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which process this is, by its environment. */
class RanksTest {
  private static final Map<String, String> ONE_OF_FOUR =
      Map.of("RANK", "2", "WORLD_SIZE", "4", "MASTER_ADDR", "run-0.run", "MASTER_PORT", "29500");

  @Test
  void withoutVariablesItIsAlone() {
    assertThat(Ranks.of(Map.of())).isEqualTo(Ranks.ALONE);
    assertThat(Ranks.of(Map.of("WORLD_SIZE", "1", "RANK", "0"))).isEqualTo(Ranks.ALONE);
    assertThat(Ranks.ALONE.threads(0)).isZero();
  }

  @Test
  void withThemItIsOneOfThemAndAloneOnItsHostUnlessTheySayOtherwise() {
    assertThat(Ranks.of(ONE_OF_FOUR)).isEqualTo(new Ranks(2, 4, 0, 1, "run-0.run", 29_500));
    assertThat(Ranks.of(with("LOCAL_RANK", "1", "LOCAL_WORLD_SIZE", "2")))
        .isEqualTo(new Ranks(2, 4, 1, 2, "run-0.run", 29_500));
  }

  @Test
  void kubernetesAndKubeflowHaveOtherWords() {
    assertThat(
            Ranks.of(
                Map.of(
                    "WORLD_SIZE", "4",
                    "JOB_COMPLETION_INDEX", "2",
                    "MASTER_ADDR", "run-0.run",
                    "MASTER_PORT", "29500")))
        .isEqualTo(Ranks.of(ONE_OF_FOUR));
    assertThat(
            Ranks.of(
                Map.of(
                    "PET_NNODES", "4",
                    "PET_NODE_RANK", "2",
                    "PET_MASTER_ADDR", "run-0.run",
                    "PET_MASTER_PORT", "29500")))
        .isEqualTo(Ranks.of(ONE_OF_FOUR));
  }

  @Test
  void itFindsItselfInTheEnvironmentItGives() {
    Ranks ranks = Ranks.onThisHost(1, 3, 4000);

    assertThat(Ranks.of(ranks.environment())).isEqualTo(ranks);
  }

  @Test
  void theRanksOfAHostShareItsCores() {
    int cores = Runtime.getRuntime().availableProcessors();

    assertThat(Ranks.onThisHost(0, 2, 1).threads(0)).isEqualTo(Math.max(1, cores / 2));
    assertThat(Ranks.onThisHost(0, 2, 1).threads(7)).isEqualTo(7);
    assertThat(Ranks.onThisHost(0, 1000, 1).threads(0)).isOne();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RANK | 4 | RANK is \"4\"; it must be a number from 0 to 3",
        "RANK | -1 | RANK is \"-1\"; it must be a number from 0 to 3",
        "WORLD_SIZE | two | WORLD_SIZE is \"two\"; it must be a number from 1 to 65535",
        "MASTER_PORT | 70000 | MASTER_PORT is \"70000\"; it must be a number from 1 to 65535",
        "LOCAL_RANK | 9 | LOCAL_RANK is \"9\"; it must be a number from 0 to 3",
        "RANK | '' | WORLD_SIZE asks for more than one process, so RANK must be set: a number from 0 to 3",
        "MASTER_ADDR | '' | WORLD_SIZE asks for more than one process, so MASTER_ADDR must be set: the host of rank 0"
      })
  void whatIsWrongIsOneLine(String variable, String value, String line) {
    assertThatThrownBy(() -> Ranks.of(with(variable, value)))
        .isInstanceOf(ModelException.class)
        .hasMessage(line);
  }

  private static Map<String, String> with(String... more) {
    Map<String, String> environment = new HashMap<>(ONE_OF_FOUR);
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return environment;
  }
}
