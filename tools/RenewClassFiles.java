import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Gives the classes of a jar that were compiled for Java 5 the form of Java 8, with stack maps, so that a class data
 * archive takes them: {@code java RenewClassFiles.java OLD.jar NEW.jar}. Without it the classes of picocli are read and
 * verified anew in every start of the command line, a quarter of its time. Needs Java 24, like the class file API.
 */
class RenewClassFiles {
    private static final int JAVA_6 = 50;
    private static final int JAVA_8 = 52;

    public static void main(String[] arguments) throws IOException {
        Path old = Path.of(arguments[0]);
        try (var classes = new URLClassLoader(new URL[] {old.toUri().toURL()});
                var in = new ZipInputStream(Files.newInputStream(old));
                var out = new ZipOutputStream(Files.newOutputStream(Path.of(arguments[1])))) {
            var hierarchy = ClassHierarchyResolver.ofResourceParsing(classes);
            var format = ClassFile.of(
                    StackMapsOption.GENERATE_STACK_MAPS, ClassHierarchyResolverOption.of(hierarchy));
            for (ZipEntry entry; (entry = in.getNextEntry()) != null; ) {
                byte[] content = in.readAllBytes();
                if (entry.getName().endsWith(".class") && content[7] < JAVA_6) {
                    content = renewed(format, content);
                }
                out.putNextEntry(new ZipEntry(entry.getName()));
                out.write(content);
            }
        }
    }

    private static byte[] renewed(ClassFile format, byte[] content) {
        // taking every instruction apart and together again makes the writer compute the stack maps
        var code = ClassTransform.transformingMethods(MethodTransform.transformingCode(CodeTransform.ACCEPT_ALL));
        var version = ClassTransform.endHandler(builder -> builder.withVersion(JAVA_8, 0));
        return format.transformClass(format.parse(content), code.andThen(version));
    }
}
