"""Made xgboost-1.7-python.json and .csv: rows and what XGBoost 1.7.4 of Debian 12 (python3-xgboost) scores them."""
import xgboost as xgb, numpy as np, json, sys
rng=np.random.RandomState(7)
X=rng.rand(400,10)*np.array([1,10,100,1e3,1,1,1e6,1,4,100])
X[rng.rand(400,10)<0.1]=np.nan
y=np.nan_to_num(X[:,0])*3+np.log1p(np.nan_to_num(X[:,6]))+np.nan_to_num(X[:,9])*0.01+1
m=xgb.train(dict(max_depth=4,learning_rate=0.2,base_score=0.5,nthread=1,tree_method='hist'),xgb.DMatrix(X,y),30)
m.save_model('xgboost-1.7-python.json')
T=X[:60].astype(np.float32)
p=m.predict(xgb.DMatrix(T))
p2=m.inplace_predict(T)
assert (p==p2).all()
with open('xgboost-1.7-python.csv','w') as f:
    for r,v in zip(T,p):
        f.write(','.join('' if np.isnan(a) else repr(float(a)) for a in r)+','+repr(float(v))+'\n')
