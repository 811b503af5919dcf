package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.dxos.dmg.conformance.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What has to hold among nodes holds in every seed, and is found where a check is taken away. */
class SimulatorTest {

  /** Enough that every fault comes up; continuous integration runs thousands. */
  private static final int SEEDS = Integer.getInteger("dmg.sim.seeds", 150);

  private static final int SEEDS_TO_FIND = 300;

  @TempDir Path temp;

  @Test
  void everySeedHoldsAndGoesTheSameWayTwice(TestReporter told) throws InterruptedException {
    Simulator.Report report = Simulator.run(0, SEEDS, 3);
    told.publishEntry("simulator", report.toString());
    System.out.println("simulator: " + report);
    assertEquals(List.of(), report.failed());
    assertEquals(SEEDS, report.seeds());
    assertTrue(report.faults() > SEEDS && report.forgeries() > SEEDS / 4, report.toString());
    assertTrue(report.acknowledged() > 5L * SEEDS, report.toString());
    assertTrue(report.shared() > SEEDS, report.toString());
    assertTrue(report.sharedInside() > SEEDS / 8, report.toString());
    assertTrue(report.flippedInside() > SEEDS / 6, report.toString());
    assertTrue(report.flipped() > SEEDS / 2 && report.repaired() > SEEDS / 4, report.toString());
    assertTrue(report.secrets() > SEEDS && report.refusals() > SEEDS, report.toString());
  }

  /** A check that is taken away, in a process of its own. */
  private enum Mutation {
    SIGNATURES("org.dxos.dmg.trust.Envelope", "requireSignedBy", CodeBuilder::return_),
    RIGHTS_OF_KEYS("org.dxos.dmg.verdict.StatementRules", "judge", Mutation::none),
    ENTRIES("org.dxos.dmg.verdict.KeyRules", "requireNext", CodeBuilder::return_),
    WHAT_IS_LOCAL("org.dxos.dmg.admission.NodeTree", "isLocal", code -> code.iconst_0().ireturn()),
    BYTES("org.dxos.dmg.cid.Cid", "matches", code -> code.iconst_1().ireturn()),
    MEMBERS("org.dxos.dmg.verdict.SpaceLog", "role", Mutation::anybody);

    private final String type;
    private final String method;
    private final Consumer<CodeBuilder> body;

    Mutation(String type, String method, Consumer<CodeBuilder> body) {
      this.type = type;
      this.method = method;
      this.body = body;
    }

    private static void none(CodeBuilder code) {
      ClassDesc optional = ClassDesc.of("java.util.Optional");
      code.invokestatic(optional, "empty", MethodTypeDesc.of(optional)).areturn();
    }

    private static void anybody(CodeBuilder code) {
      ClassDesc optional = ClassDesc.of("java.util.Optional");
      ClassDesc role = ClassDesc.of("org.dxos.dmg.trust.SpaceEntry$Role");
      code.getstatic(role, "ADMIN", role)
          .invokestatic(
              optional,
              "of",
              MethodTypeDesc.of(optional, java.lang.constant.ConstantDescs.CD_Object))
          .areturn();
    }

    /** Writes the class without the check. */
    void write(Path folder) throws IOException {
      String file = type.replace('.', '/') + ".class";
      byte[] bytes;
      try (InputStream in = SimulatorTest.class.getClassLoader().getResourceAsStream(file)) {
        bytes = java.util.Objects.requireNonNull(in, file).readAllBytes();
      }
      int[] changed = {0};
      byte[] mutated =
          ClassFile.of()
              .transformClass(
                  ClassFile.of().parse(bytes),
                  ClassTransform.transformingMethods(
                      one -> one.methodName().equalsString(method),
                      (builder, element) -> {
                        if (element instanceof CodeModel) {
                          changed[0]++;
                          builder.withCode(body::accept);
                        } else {
                          builder.with(element);
                        }
                      }));
      assertEquals(1, changed[0], "methods changed in " + type);
      Path target = folder.resolve(file);
      Files.createDirectories(java.util.Objects.requireNonNull(target.getParent()));
      Files.write(target, mutated);
    }
  }

  @ParameterizedTest
  @EnumSource(Mutation.class)
  void aCheckThatIsTakenAwayIsMissed(Mutation mutation) throws Exception {
    mutation.write(temp);
    String path = temp + File.pathSeparator + System.getProperty("java.class.path");
    Path out = temp.resolve("out.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                path,
                Simulator.class.getName(),
                "0",
                String.valueOf(SEEDS_TO_FIND),
                "1")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      assertTrue(process.waitFor(5, TimeUnit.MINUTES), "the simulator does not end");
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertEquals(1, process.exitValue(), mutation + " was not found: " + said);
    assertTrue(said.contains("Violation"), said);
    assertFalse(said.contains("NoClassDefFoundError") || said.contains("VerifyError"), said);
  }
}
