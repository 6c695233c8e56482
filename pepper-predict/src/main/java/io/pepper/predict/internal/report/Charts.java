package io.pepper.predict.internal.report;

import java.awt.Color;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws charts as pictures that a page can hold. Needs no screen. */
public final class Charts {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 520;
    private static final int MARKER = 5;
    private static final double TEN = 10;
    private static final Color BLUE = new Color(0x1f, 0x6f, 0xb4, 0x80);

    private Charts() {}

    /**
     * Points over logarithmic axes, and the line where both are alike.
     *
     * @param title of the chart
     * @param xTitle of the horizontal axis
     * @param yTitle of the vertical axis
     * @param x each more than 0
     * @param y each more than 0
     * @return a picture as the source of an image
     * @throws IOException if it cannot be drawn
     */
    public static String alike(String title, String xTitle, String yTitle, double[] x, double[] y) throws IOException {
        XYChart chart = points(title, xTitle, yTitle, x, y);
        double least = Math.min(least(x), least(y));
        double most = Math.max(most(x), most(y));
        line(chart, new double[] {least, most}, new double[] {least, most});
        return picture(chart);
    }

    /**
     * Ratios over logarithmic axes, and the line where they are 1.
     *
     * @param title of the chart
     * @param xTitle of the horizontal axis
     * @param yTitle of the vertical axis
     * @param x each more than 0
     * @param ratios each more than 0
     * @return a picture as the source of an image
     * @throws IOException if it cannot be drawn
     */
    public static String ratios(String title, String xTitle, String yTitle, double[] x, double[] ratios)
            throws IOException {
        XYChart chart = points(title, xTitle, yTitle, x, ratios);
        chart.getStyler()
                .setYAxisMin(Math.pow(TEN, Math.floor(Math.log10(Math.min(1 / TEN, least(ratios))))))
                .setYAxisMax(Math.pow(TEN, Math.ceil(Math.log10(Math.max(TEN, most(ratios))))));
        line(chart, new double[] {least(x), most(x)}, new double[] {1, 1});
        return picture(chart);
    }

    private static double least(double... values) {
        return Arrays.stream(values).min().orElse(1);
    }

    private static double most(double... values) {
        return Arrays.stream(values).max().orElse(1);
    }

    private static void line(XYChart chart, double[] x, double[] y) {
        chart.addSeries("line", x, y)
                .setXYSeriesRenderStyle(XYSeriesRenderStyle.Line)
                .setMarker(SeriesMarkers.NONE)
                .setLineColor(Color.DARK_GRAY);
    }

    private static XYChart points(String title, String xTitle, String yTitle, double[] x, double[] y) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        plain(chart.getStyler());
        chart.getStyler().setMarkerSize(MARKER);
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        chart.addSeries("points", x, y)
                .setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter)
                .setMarker(SeriesMarkers.CIRCLE)
                .setMarkerColor(BLUE);
        return chart;
    }

    /**
     * Bars.
     *
     * @param title of the chart
     * @param yTitle of the vertical axis
     * @param bars at least one
     * @return a picture as the source of an image
     * @throws IOException if it cannot be drawn
     */
    public static String bars(String title, String yTitle, Map<String, Double> bars) throws IOException {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .yAxisTitle(yTitle)
                .build();
        plain(chart.getStyler());
        chart.getStyler().setXAxisLabelRotation(45);
        chart.addSeries("bars", List.copyOf(bars.keySet()), List.copyOf(bars.values()))
                .setFillColor(BLUE);
        return picture(chart);
    }

    private static void plain(Styler styler) {
        styler.setLegendVisible(false).setChartBackgroundColor(Color.WHITE);
    }

    private static String picture(Chart<?, ?> chart) throws IOException {
        byte[] png = BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }
}
