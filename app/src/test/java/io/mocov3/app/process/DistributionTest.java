package io.mocov3.app.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tarball of {@code ./mvnw -Pdist}, unpacked where there is nothing else. */
@Tag("distribution")
final class DistributionTest {
  private static final Path TARBALL = Path.of(System.getProperty("mocov3.distribution", ""));

  /** As a user whom the system does not know, with a network of the loopback device alone. */
  private static final List<String> ALONE =
      List.of(
          "unshare",
          "--map-root-user",
          "--net",
          "sh",
          "-c",
          "ip link set lo up && exec unshare --map-user=10001 --map-group=10001 \"$@\"",
          "sh");

  @TempDir private static Path shared;
  private static Path home;

  @TempDir private Path folder;

  @BeforeAll
  static void unpack() throws Exception {
    assertThat(exitCode(List.of("tar", "-xzf", TARBALL.toString(), "-C", shared.toString())))
        .isZero();
    try (Stream<Path> top = Files.list(shared)) {
      home = top.toList().getFirst();
    }
  }

  @Test
  void the_quickstart_runs_without_maven_git_a_home_and_a_network() throws Exception {
    assumeTrue(exitCode(with(ALONE, "true")) == 0, "needs ip, and namespaces for users");
    Set<String> before = filesOf(home);

    Process quickstart =
        start(
            with(ALONE, launcher(), "quickstart", "--steps", "20"),
            Map.of("HOME", "/proc/no-home"));

    assertThat(quickstart.waitFor()).as("%s", output()).isZero();
    assertThat(output()).contains("trained encoder", "report: ");
    assertThat(filesOf(home)).isEqualTo(before);
  }

  @Test
  void a_termination_reaches_the_program_behind_the_launcher() throws Exception {
    TinyRun.makeImages(folder);
    Path run = folder.resolve("run");
    List<String> arguments = new ArrayList<>(List.of(launcher()));
    arguments.addAll(TinyRun.train(folder, run, "run.steps=100000"));

    Process training = start(arguments, Map.of("OMP_NUM_THREADS", "2"));
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> !TinyRun.losses(run).isEmpty() || !training.isAlive());
    training.destroy();

    assertThat(training.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(training.exitValue()).as("%s", output()).isEqualTo(75);
    assertThat(run.resolve("checkpoints/latest")).exists();
  }

  @Test
  void a_runtime_beside_it_is_taken_before_any_other() throws Exception {
    Path java = home.resolve("jre/bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();

    Process asked =
        start(
            List.of(launcher(), "train", "a b.conf"), Map.of("MOCOV3_JAVA_OPTS", "-Xmx2g -Dkey=1"));
    asked.waitFor();
    Files.delete(java);

    List<String> words = output().lines().toList();
    assertThat(words)
        .contains("--enable-native-access=ALL-UNNAMED")
        .containsSubsequence("-Xmx2g", "-Dkey=1", "io.mocov3.app.Main", "train", "a b.conf");
    assertThat(words.stream().filter(word -> word.startsWith("-Xmx")).toList())
        .as("the last one counts")
        .hasSize(2)
        .endsWith("-Xmx2g");
  }

  @Test
  void every_library_is_in_the_bill_of_materials_and_in_the_list_of_licences() throws Exception {
    JsonNode bill = new ObjectMapper().readTree(home.resolve("sbom.cdx.json").toFile());
    Set<String> billed =
        StreamSupport.stream(bill.path("components").spliterator(), false)
            .map(library -> jarName(library.path("name"), library.path("version")))
            .collect(toSet());
    Set<String> licensed =
        Files.readAllLines(home.resolve("THIRD-PARTY.txt")).stream()
            .map(line -> line.replaceFirst(".*\\([^:() ]+:([^: ]+):([^: ]+) - .*", "$1-$2.jar"))
            .collect(toSet());

    Set<String> jars = filesOf(home.resolve("lib"));

    assertThat(jars).hasSizeGreaterThan(50).allMatch(jar -> jar.endsWith(".jar"));
    assertThat(billed).containsAll(without(jars, "app-"));
    assertThat(licensed).containsAll(without(jars, "app-|model-|augment-|metrics-|actors-"));
  }

  @Test
  void the_licence_texts_of_the_natives_are_there() throws Exception {
    List<String> named =
        Pattern.compile("`(licenses/\\S+)`")
            .matcher(Files.readString(home.resolve("NOTICE.md")))
            .results()
            .map(match -> match.group(1))
            .toList();

    assertThat(named).hasSize(5).allSatisfy(text -> assertThat(home.resolve(text)).exists());
    assertThat(home.resolve("licenses/opencv")).isNotEmptyDirectory();
    assertThat(home.resolve("licenses/pytorch/LICENSE")).content().contains("Facebook");
  }

  @Test
  void the_natives_are_files_of_one_platform() throws Exception {
    Set<String> natives = filesOf(home.resolve("natives"));

    assertThat(natives)
        .anyMatch(name -> name.matches("libtorch_cpu\\.(so|dylib)"))
        .allMatch(name -> name.matches("lib.*\\.(so|dylib).*"));
    assertThat(filesOf(home.resolve("lib")))
        .noneMatch(name -> name.matches(".*-(linux|macosx)-.*"));
  }

  @Test
  void nothing_in_it_tells_when_or_by_whom_it_was_built() throws Exception {
    try (var tar = new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(TARBALL)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        assertThat(entry.getLastModifiedTime().toInstant())
            .as("time of %s", entry.getName())
            .isEqualTo("2026-01-01T00:00:00Z");
        assertThat(List.of(entry.getLongUserId(), entry.getLongGroupId()))
            .as("owner of %s", entry.getName())
            .containsOnly(0L);
      }
    }
  }

  private static String launcher() {
    return home.resolve("bin/mocov3").toString();
  }

  /** With nothing in the environment but a path of the system's own programs. */
  private Process start(List<String> command, Map<String, String> environment) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().putAll(environment);
    return builder.redirectErrorStream(true).redirectOutput(log().toFile()).start();
  }

  private String output() throws IOException {
    return Files.readString(log(), UTF_8);
  }

  private Path log() {
    return folder.resolve("output.txt");
  }

  private static int exitCode(List<String> command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException absent) {
      return -1;
    }
  }

  private static List<String> with(List<String> program, String... arguments) {
    return Stream.concat(program.stream(), Stream.of(arguments)).toList();
  }

  private static String jarName(JsonNode name, JsonNode version) {
    return name.asText() + "-" + version.asText() + ".jar";
  }

  private static Set<String> without(Set<String> names, String prefixes) {
    return names.stream().filter(name -> !name.matches("(" + prefixes + ").*")).collect(toSet());
  }

  /** The names of all files below. */
  private static Set<String> filesOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> !Files.isDirectory(file))
          .map(file -> file.getFileName().toString())
          .collect(java.util.stream.Collectors.toCollection(TreeSet::new));
    }
  }
}
