package org.dxos.dmg.conformance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import java.net.URI;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which way dependence runs, module by module and package by package. */
class ArchitectureTest {

  private static final String[] SCHEMAS = {
    "..dmg.error..",
    "..dmg.cid..",
    "..dmg.dagcbor..",
    "..dmg.json..",
    "..dmg.version..",
    "..dmg.dxn..",
    "..dmg.record..",
    "..dmg.manifest..",
    "..dmg.trust..",
    "..dmg.rdf.."
  };
  private static final String[] STORE = {
    "..dmg.block..",
    "..dmg.mst..",
    "..dmg.unixfs..",
    "..dmg.car..",
    "..dmg.verdict..",
    "..dmg.admission..",
    "..dmg.modules..",
    "..dmg.graph..",
    "..dmg.care.."
  };
  private static final String[] RESOLVER = {
    "..dmg.select..", "..dmg.explain..", "..dmg.solver..", "..dmg.closure..", "..dmg.impact.."
  };
  private static final String[] NODE = {
    "..dmg.api..", "..dmg.key..", "..dmg.policy..", "..dmg.node.."
  };
  private static final String[] CLI = {
    "..dmg.cli..",
    "..dmg.client..",
    "..dmg.publish..",
    "..dmg.install..",
    "..dmg.imports..",
    "..dmg.authority..",
    "..dmg.carry..",
    "..dmg.truststore.."
  };

  private static final String[] LIBP2P = {"..dmg.libp2p.."};
  private static final String[] SYNC = {"..dmg.sync.."};

  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.dxos.dmg");
    // Rules over nothing hold; so see that there is something.
    if (classes.size() < 200) {
      throw new IllegalStateException("only " + classes.size() + " classes were read");
    }
  }

  @Test
  void arrowsBetweenModulesPointDownwards() {
    Architectures.layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("org.dxos.dmg..")
        .layer("schemas")
        .definedBy(SCHEMAS)
        .layer("graph-store")
        .definedBy(STORE)
        .layer("dxn-resolver")
        .definedBy(RESOLVER)
        .layer("registry-node")
        .definedBy(NODE)
        .layer("publisher-cli")
        .definedBy(CLI)
        .layer("libp2p")
        .definedBy(LIBP2P)
        .layer("sync")
        .definedBy(SYNC)
        .optionalLayer("conformance")
        .definedBy("..dmg.conformance..")
        .whereLayer("graph-store")
        .mayOnlyAccessLayers("schemas")
        .whereLayer("dxn-resolver")
        .mayOnlyAccessLayers("schemas")
        .whereLayer("registry-node")
        .mayOnlyAccessLayers("schemas", "graph-store", "dxn-resolver", "sync", "libp2p")
        .whereLayer("sync")
        .mayOnlyAccessLayers("schemas", "graph-store", "libp2p")
        .whereLayer("publisher-cli")
        .mayOnlyAccessLayers("schemas", "graph-store", "dxn-resolver", "sync", "registry-node")
        .whereLayer("schemas")
        .mayNotAccessAnyLayer()
        .whereLayer("libp2p")
        .mayNotAccessAnyLayer()
        .ensureAllClassesAreContainedInArchitecture()
        .check(classes);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("org.dxos.dmg.(**)").should().beFreeOfCycles().check(classes);
  }

  @Test
  void schemasAndResolverAreFreeOfInputAndOutput() {
    noClasses()
        .that()
        .resideInAnyPackage(concat(SCHEMAS, RESOLVER))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.nio.file..", "java.net..", "org.apache..", "org.eclipse.jetty..", "org.rocksdb..")
        .because("the core is pure; files, sockets and databases are at the rim")
        .check(classes);
  }

  @Test
  void verdictsAreReachedWithoutClockDatabaseOrNodeKeys() {
    noClasses()
        .that()
        .resideInAPackage("..dmg.verdict..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.nio.file..", "java.util.concurrent..", "java.util.random..", "org.rocksdb..")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.time.InstantSource")
        .because("whoever holds the same comes to the same verdict")
        .check(classes);
  }

  @Test
  void libp2pKnowsNothingButTheJdkBouncyCastleAndSlf4j() {
    classes()
        .that()
        .resideInAnyPackage(LIBP2P)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "org.dxos.dmg.libp2p..",
            "java..",
            "javax.crypto..",
            "org.bouncycastle..",
            "org.slf4j..",
            "org.jspecify.annotations..")
        .because("it is a library that other projects can take")
        .check(classes);
  }

  @Test
  void libp2pCodecsKnowNoSocketsAndNoThreads() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "..libp2p.wire..", "..libp2p.multiaddr..", "..libp2p.peer..", "..libp2p.noise..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.net.Socket")
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("java.util.concurrent..")
        .check(classes);
  }

  @Test
  void onlyTheGraphKnowsJenaAndOnlyTheBlockStoreKnowsRocksDb() {
    noClasses()
        .that()
        .resideOutsideOfPackages("..dmg.graph..", "..dmg.conformance..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.jena..", "org.apache.lucene..")
        .check(classes);
    noClasses()
        .that()
        .resideOutsideOfPackages("..dmg.block..", "..dmg.conformance..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.rocksdb..")
        .check(classes);
    noClasses()
        .that()
        .resideOutsideOfPackages("..dmg.node.http..", "..dmg.sync.web..", "..dmg.conformance..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.eclipse.jetty..")
        .check(classes);
  }

  @Test
  void timeAndRandomnessComeInThroughInterfaces() {
    String inside = "take an InstantSource or a RandomGenerator; World and the rim hand them in";
    noClasses()
        .that()
        .resideOutsideOfPackages("..dmg.conformance..")
        .and()
        .doNotHaveFullyQualifiedName("org.dxos.dmg.node.World")
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callConstructor(java.security.SecureRandom.class)
        .orShould()
        .callConstructor(java.util.Random.class)
        .because(inside)
        .check(classes);
  }

  @Test
  void packagesAreNullMarked() {
    classes()
        .that()
        .haveSimpleName("package-info")
        .should()
        .beAnnotatedWith(org.jspecify.annotations.NullMarked.class)
        .check(classes);
  }

  @Test
  void errorsOfEveryModuleAreExplained() {
    classes()
        .that()
        .areAssignableTo(RuntimeException.class)
        .and()
        .haveSimpleNameEndingWith("Exception")
        .should()
        .beAssignableTo(org.dxos.dmg.error.Explained.class)
        .check(classes);
  }

  @Test
  void javaUrlConnectionsAreMadeByTheClientAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages("..dmg.client..", "..dmg.conformance..")
        .should()
        .callMethod(java.net.URL.class, "openConnection")
        .orShould()
        .callMethod(URI.class, "toURL")
        .because(
            "what a stranger names is read by sync.web alone, at addresses that were looked at")
        .check(classes);
  }

  private static String[] concat(String[] a, String[] b) {
    String[] all = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }
}
