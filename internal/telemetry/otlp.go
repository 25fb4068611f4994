package telemetry

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// traceClient sends what the SDK's trace exporter hands over. The messages of the
// collector's service are in packages that import gRPC; TracesData and MetricsData
// have the same encoding.
type traceClient struct{ *sender }

func (traceClient) Start(context.Context) error { return nil }
func (traceClient) Stop(context.Context) error  { return nil }

func (c traceClient) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	c.send(ctx, &tracepb.TracesData{ResourceSpans: spans})
	return nil
}

// metricExporter sends cumulative sums, and histograms with explicit buckets. The
// server records nothing else.
type metricExporter struct{ *sender }

func (*metricExporter) Temporality(k sdkmetric.InstrumentKind) metricdata.Temporality {
	return sdkmetric.DefaultTemporalitySelector(k)
}

func (*metricExporter) Aggregation(k sdkmetric.InstrumentKind) sdkmetric.Aggregation {
	return sdkmetric.DefaultAggregationSelector(k)
}

func (*metricExporter) ForceFlush(context.Context) error { return nil }
func (*metricExporter) Shutdown(context.Context) error   { return nil }

func (e *metricExporter) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	out := &metricspb.ResourceMetrics{
		Resource:  &resourcepb.Resource{Attributes: keyValues(rm.Resource.Iter())},
		SchemaUrl: rm.Resource.SchemaURL(),
	}
	for _, sm := range rm.ScopeMetrics {
		out.ScopeMetrics = append(out.ScopeMetrics, scopeMetrics(sm))
	}
	if len(out.ScopeMetrics) > 0 {
		e.send(ctx, &metricspb.MetricsData{ResourceMetrics: []*metricspb.ResourceMetrics{out}})
	}
	return nil
}

func scopeMetrics(sm metricdata.ScopeMetrics) *metricspb.ScopeMetrics {
	out := &metricspb.ScopeMetrics{Scope: scopeOf(sm.Scope), SchemaUrl: sm.Scope.SchemaURL}
	for _, m := range sm.Metrics {
		p := &metricspb.Metric{Name: m.Name, Description: m.Description, Unit: m.Unit}
		switch data := m.Data.(type) {
		case metricdata.Sum[int64]:
			p.Data = &metricspb.Metric_Sum{Sum: sum(data)}
		case metricdata.Histogram[float64]:
			p.Data = &metricspb.Metric_Histogram{Histogram: histogram(data)}
		default:
			continue // no instrument here makes any other kind
		}
		out.Metrics = append(out.Metrics, p)
	}
	return out
}

func scopeOf(s instrumentation.Scope) *commonpb.InstrumentationScope {
	return &commonpb.InstrumentationScope{Name: s.Name, Version: s.Version}
}

func sum(data metricdata.Sum[int64]) *metricspb.Sum {
	out := &metricspb.Sum{AggregationTemporality: temporality(data.Temporality), IsMonotonic: data.IsMonotonic}
	for _, d := range data.DataPoints {
		out.DataPoints = append(out.DataPoints, &metricspb.NumberDataPoint{
			Attributes:        keyValues(d.Attributes.Iter()),
			StartTimeUnixNano: nanos(d.StartTime),
			TimeUnixNano:      nanos(d.Time),
			Value:             &metricspb.NumberDataPoint_AsInt{AsInt: d.Value},
		})
	}
	return out
}

func histogram(data metricdata.Histogram[float64]) *metricspb.Histogram {
	out := &metricspb.Histogram{AggregationTemporality: temporality(data.Temporality)}
	for _, d := range data.DataPoints {
		p := &metricspb.HistogramDataPoint{
			Attributes:        keyValues(d.Attributes.Iter()),
			StartTimeUnixNano: nanos(d.StartTime),
			TimeUnixNano:      nanos(d.Time),
			Count:             d.Count,
			Sum:               &d.Sum,
			BucketCounts:      d.BucketCounts,
			ExplicitBounds:    d.Bounds,
		}
		if v, ok := d.Min.Value(); ok {
			p.Min = &v
		}
		if v, ok := d.Max.Value(); ok {
			p.Max = &v
		}
		out.DataPoints = append(out.DataPoints, p)
	}
	return out
}

func temporality(t metricdata.Temporality) metricspb.AggregationTemporality {
	if t == metricdata.DeltaTemporality {
		return metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_DELTA
	}
	return metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE
}

func nanos(t time.Time) uint64 { return uint64(max(0, t.UnixNano())) }

func keyValues(it attribute.Iterator) []*commonpb.KeyValue {
	out := make([]*commonpb.KeyValue, 0, it.Len())
	for it.Next() {
		kv := it.Attribute()
		v := &commonpb.AnyValue{}
		switch kv.Value.Type() {
		case attribute.BOOL:
			v.Value = &commonpb.AnyValue_BoolValue{BoolValue: kv.Value.AsBool()}
		case attribute.INT64:
			v.Value = &commonpb.AnyValue_IntValue{IntValue: kv.Value.AsInt64()}
		case attribute.FLOAT64:
			v.Value = &commonpb.AnyValue_DoubleValue{DoubleValue: kv.Value.AsFloat64()}
		default:
			v.Value = &commonpb.AnyValue_StringValue{StringValue: kv.Value.String()}
		}
		out = append(out, &commonpb.KeyValue{Key: string(kv.Key), Value: v})
	}
	return out
}
