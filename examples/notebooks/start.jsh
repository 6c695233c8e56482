// What every notebook begins with: imports, a directory for what it writes, and a real model (PP-OCRv4: text in pictures).
import ai.onnxruntime.OnnxTensor;
import io.pepper.cluster.*;
import io.pepper.workload.*;
import io.pepper.cut.*;
import io.pepper.examples.ExampleModels;
import io.pepper.graph.*;
import io.pepper.monitor.*;
import io.pepper.export.*;
import io.pepper.measure.*;
import io.pepper.model.*;
import io.pepper.*;
import io.pepper.onnx.*;
import io.pepper.report.*;
import io.pepper.partition.*;
import io.pepper.plan.*;
import io.pepper.predict.*;
import io.pepper.session.*;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.CompletableFuture;
import java.util.stream.*;

void say(Object what) { System.out.println(what); }

Path here = Files.createDirectories(Path.of(System.getProperty("pepper.notebooks", "pepper-notebooks"))).toAbsolutePath();
Path file = ExampleModels.textRecogniser(here);
InputShapes sizes = InputShapes.NONE.withInputShape("x", 1, 3, 48, 320);

// For another model, before the rest: file = Path.of("yours.onnx"); sizes = InputShapes.NONE.withDimension("batch", 1);
