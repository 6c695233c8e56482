package io.pepper.predict;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of this module and the arrows between them. */
@AnalyzeClasses(packages = "io.pepper", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchRule NATIVE_CODE_ONLY_TRAINS = noClasses()
            .that(DescribedPredicate.not(resideInAPackage("io.pepper.predict.internal.boost..")))
            .should()
            .dependOnClassesThat(resideInAPackage("ml.dmlc.."));

    @ArchTest
    static final ArchRule OTHERS_DO_NOT_KNOW_THIS_ROOM = noClasses()
            .that(DescribedPredicate.not(resideInAPackage("io.pepper.predict..")))
            .should()
            .dependOnClassesThat(resideInAPackage("io.pepper.predict.."));

    @ArchTest
    static final ArchRule ONNX_KEEPS_ITS_INTERNALS = noClasses()
            .that(resideInAPackage("io.pepper.predict.."))
            .should()
            .dependOnClassesThat(resideInAPackage("io.pepper.onnx.internal.."));
}
